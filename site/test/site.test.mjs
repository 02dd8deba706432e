import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import { chromium } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { sidebar } from '../.vitepress/sidebar.mjs'
import { checkLinks } from '../check-links.mjs'
import { findChromium } from './find-chromium.mjs'
import { serveFolder } from './serve-folder.mjs'

const built = join(import.meta.dirname, '../dist')
const links = sidebar.flatMap(({ items }) => items.map(({ link }) => link))

test('every link and every anchor leads somewhere', () => {
  expect(checkLinks(built)).toEqual([])
})

test('the sidebar leads to every page', () => {
  const pages = readdirSync(built, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && !['404.html', 'index.html'].includes(file))
    .map((file) => `/${file.replace(/\.html$/, '')}`)
  expect(links.filter((link) => !link.includes('#')).sort()).toEqual(pages.sort())
})

const executablePath = findChromium()

describe.skipIf(executablePath === undefined)('in Chromium', () => {
  /** @type {import('playwright-core').Browser} */
  let browser
  /** @type {string} */
  let url
  beforeAll(async () => {
    const server = await serveFolder(built)
    url = server.url
    browser = await chromium.launch({
      executablePath: String(executablePath),
      args: ['--no-sandbox'],
    })
    return async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
    }
  })

  /**
   * Opens the links, several at a time, in tabs that share one context and with it what is loaded once.
   *
   * @param {readonly string[]} links
   * @param {import('playwright-core').BrowserContextOptions} options
   * @param {(page: import('playwright-core').Page, link: string) => Promise<void>} look
   */
  async function onPages(links, options, look) {
    const context = await browser.newContext(options)
    const left = [...links]
    const openNext = async () => {
      const page = await context.newPage()
      /** @type {string[]} */
      const complaints = []
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      for (let link = left.shift(); link !== undefined; link = left.shift()) {
        await page.goto(url + link, { waitUntil: 'networkidle' })
        await look(page, link)
        expect([link, complaints]).toEqual([link, []])
      }
    }
    try {
      await Promise.all(Array.from({ length: Math.min(4, links.length) }, openNext))
    } finally {
      await context.close()
    }
  }

  test('every page fits a phone, and complains of nothing in the console', async () => {
    await onPages(links, { viewport: { width: 360, height: 740 } }, async (page, link) => {
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect([link, width]).toEqual([link, 360])
    })
  }, 600_000)

  test.each(
    ['/', '/five-minutes', '/failover', '/commands', '/api/hash-ring'].flatMap((link) =>
      /** @type {const} */ (['light', 'dark']).map((colorScheme) => ({ link, colorScheme })),
    ),
  )('axe finds nothing serious: $link, $colorScheme', async ({ link, colorScheme }) => {
    await onPages([link], { colorScheme }, async (page) => {
      // The page gives this button its name when its scripts run.
      await page
        .locator('.VPSwitchAppearance:not([title=""])')
        .first()
        .waitFor({ state: 'attached' })
      await page.addScriptTag({ content: axe.source })
      const { violations } = /** @type {import('axe-core').AxeResults} */ (
        await page.evaluate('axe.run()')
      )
      const serious = violations.filter(({ impact }) =>
        ['serious', 'critical'].includes(impact ?? ''),
      )
      expect(
        serious.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html }) => html) })),
      ).toEqual([])
    })
  })

  test('each of the fifteen questions is one click from the first page', async () => {
    await onPages(['/'], {}, async (page) => {
      const targets = await page
        .locator('table td:nth-child(2) a')
        .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
      expect(targets).toHaveLength(15)
      expect(new Set(targets).size).toBe(15)
    })
  })

  test('the search finds what is asked for', async () => {
    await onPages(['/'], {}, async (page) => {
      await page.getByRole('button', { name: 'Search' }).first().click()
      await page.getByRole('searchbox').fill('OutcomeUnknownError')
      await page.getByRole('option').first().waitFor()
      expect(await page.getByRole('option').count()).toBeGreaterThan(0)
    })
  })
})

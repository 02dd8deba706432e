import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { BrowserSession, patience, picture, signIn } from '../../test-support/browser-session.js'
import { findChromium } from '../../test-support/find-chromium.js'

// A failover, a browser and a fleet on cores that others use, too: the limits catch a hang.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const hasChromium = findChromium() !== undefined
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let session: BrowserSession

beforeAll(async () => {
  if (!hasChromium) return
  session = await BrowserSession.start()
  // One failover, so that nothing is empty.
  await session.showcase.demo.conductor.inject('planned', 'shard-1')
  await session.showcase.demo.conductor.sync()
})

afterAll(() => session?.[Symbol.asyncDispose]())

afterEach(() => {
  expect(session?.errors.splice(0) ?? []).toEqual([])
})

/** What axe finds that keeps people out. */
async function seriousFindings(page: Page): Promise<string[]> {
  // The policy of the page forbids scripts from elsewhere; this one comes through the debugger.
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    )
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
  }[]
}

const sizes = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const

describe.skipIf(!hasChromium)('how it looks', () => {
  test.each([
    ['wide', 'light'],
    ['wide', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const)('%s, %s: nobody is kept out, and nothing is cut off', async (size, colorScheme) => {
    const context = await session.context({
      viewport: sizes[size],
      colorScheme,
      reducedMotion: 'reduce',
    })
    const page = await session.dashboard(context)
    await signIn(page, 'ada')
    await picture(page, `${size}-${colorScheme}`, true)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'How this is measured' }).click()
    await page.getByText('The code of ioredis').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    for (const path of ['/express/', '/fastify/']) {
      await page.goto(session.showcase.server.origin + path)
      expect(await seriousFindings(page), path).toEqual([])
    }
    await context.close()
  })

  test.each([320, 390, 768, 1024, 1280, 1920])('no page is wider than %i px', async (width) => {
    const context = await session.context({ viewport: { width, height: 800 } })
    const page = await session.dashboard(context)
    await signIn(page, 'a-rather-long-name-for-a-small-phone')
    for (const path of ['/', '/express/', '/fastify/']) {
      await page.goto(session.showcase.server.origin + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      if (path === '/') await page.getByTestId('phase-shard-3').waitFor()
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      expect(wide, path).toBeLessThanOrEqual(width)
    }
    await context.close()
  })

  test('the whole of a crash is seen on 1280 x 800 without scrolling', async () => {
    const context = await session.context()
    const page = await session.dashboard(context)
    await signIn(page, 'ada')
    const footer = await page.locator('footer').boundingBox()
    const parts = ['[data-testid="story"]', '.account', '[data-testid="shard-3"]', '.timeline']
    for (const part of parts) {
      const box = await page.locator(part).boundingBox()
      expect((box?.y ?? 0) + (box?.height ?? 0), part).toBeLessThanOrEqual(footer?.y ?? 0)
    }
    await context.close()
  })

  test('dark is chosen by the system, and by a button that is remembered', async () => {
    const context = await session.context({ colorScheme: 'dark' })
    const page = await session.dashboard(context)
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    expect(await ground()).toBe('rgb(20, 23, 28)')
    await page.getByRole('button', { name: 'Light' }).click()
    await expect.poll(ground, { timeout: patience }).toBe('rgb(246, 247, 249)')
    await page.reload()
    await page.getByTestId('phase-shard-3').waitFor()
    expect(await ground()).toBe('rgb(246, 247, 249)')
    await context.close()
  })

  test('who wants less motion gets no sparks and no slides', async () => {
    const context = await session.context({ reducedMotion: 'reduce' })
    const page = await session.dashboard(context)
    const slide = await page.evaluate(
      "getComputedStyle(document.querySelector('.node')).transition",
    )
    expect(slide).toMatch(/^(all|none)( 0s)?/)
    const isEmpty = await page.evaluate(`{
      const canvas = document.querySelectorAll('.ring canvas')[1]
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      data.every((value) => value === 0)
    }`)
    expect(isEmpty).toBe(true)
    await context.close()
  })

  test('script and style are under 150 kB together, compressed', async () => {
    const context = await session.context()
    const page = await context.newPage()
    let bytes = 0
    page.on('response', async (response) => {
      if (/\.(js|css)$/.test(response.url())) bytes += gzipSync(await response.body()).length
    })
    await page.goto(session.showcase.server.origin)
    await page.getByTestId('phase-shard-3').waitFor()
    await expect.poll(() => bytes).toBeGreaterThan(10_000)
    await page.waitForLoadState('networkidle').catch(() => {})
    expect(bytes).toBeLessThan(150_000)
    await context.close()
  })
})

import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type BrowserSession,
  patience,
  picture,
  signIn,
} from '../../test-support/browser-session.js'
import { seriousFindings } from '../../test-support/serious-findings.js'

const viewports = {
  wide: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const

/** Sizes, colours, and who would be kept out. */
export function looks(session: () => BrowserSession): void {
  describe('how it looks', () => {
    // One failover, so that nothing is empty.
    beforeAll(async () => {
      const { conductor } = session().showcase.demo
      await conductor.inject('planned', 'shard-1')
      await conductor.sync()
    })

    test.each([
      ['wide', 'light'],
      ['wide', 'dark'],
      ['phone', 'light'],
      ['phone', 'dark'],
    ] as const)('%s, %s: nobody is kept out, and nothing is cut off', async (size, colorScheme) => {
      const context = await session().context({
        viewport: viewports[size],
        colorScheme,
        reducedMotion: 'reduce',
      })
      const page = await session().dashboard(context)
      await signIn(page, 'ada')
      await picture(page, `${size}-${colorScheme}`, true)
      expect(await seriousFindings(page)).toEqual([])
      await page.getByRole('button', { name: 'How this is measured' }).click()
      await page.getByText('The code of ioredis').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.keyboard.press('Escape')
      for (const path of ['/express/', '/fastify/']) {
        await page.goto(session().showcase.server.origin + path)
        expect(await seriousFindings(page), path).toEqual([])
      }
      await context.close()
    })

    test.each([320, 390, 768, 1024, 1280, 1920])('no page is wider than %i px', async (width) => {
      const context = await session().context({ viewport: { width, height: 800 } })
      const page = await session().dashboard(context)
      await signIn(page, 'a-rather-long-name-for-a-small-phone')
      for (const path of ['/', '/express/', '/fastify/']) {
        await page.goto(session().showcase.server.origin + path)
        await page.getByRole('heading', { level: 1 }).waitFor()
        if (path === '/') await page.getByTestId('phase-shard-3').waitFor()
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        expect(wide, path).toBeLessThanOrEqual(width)
      }
      await context.close()
    })

    test('the whole of a crash is seen on 1280 x 800 without scrolling', async () => {
      const context = await session().context()
      const page = await session().dashboard(context)
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
      const context = await session().context({ colorScheme: 'dark' })
      const page = await session().dashboard(context)
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
      const context = await session().context({ reducedMotion: 'reduce' })
      const page = await session().dashboard(context)
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
      const context = await session().context()
      const page = await context.newPage()
      const sizes: Promise<number>[] = []
      page.on('response', (response) => {
        if (!/\.(js|css)$/.test(response.url())) return
        sizes.push(response.body().then((body) => gzipSync(body).length))
      })
      await page.goto(session().showcase.server.origin)
      await page.getByTestId('phase-shard-3').waitFor()
      const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
      expect(bytes).toBeGreaterThan(10_000)
      expect(bytes).toBeLessThan(150_000)
      await context.close()
    })
  })
}

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { FailoverRecord } from '../../src/failovers/failover-record.js'
import {
  type BrowserSession,
  masterOf,
  patience,
  picture,
  signIn,
} from '../../test-support/browser-session.js'

const poll = { timeout: patience, interval: 50 }

/** Presses a button of a shard's card. */
async function press(page: Page, shard: string, button: string): Promise<void> {
  await page.getByTestId(shard).getByRole('button', { name: button, exact: true }).click()
}

/** What breaks, and is seen to break. */
export function faults(session: () => BrowserSession): void {
  const records = () => session().showcase.recorder.records
  const restored = () => session().showcase.whole()

  /**
   * Presses, and waits until the fault is over and verified, and the page says so. The page may tell of the
   * fault before until then, so its record is waited for.
   */
  async function seenToTheEnd(
    page: Page,
    shard: string,
    cause: FailoverRecord['cause'],
    begin: () => Promise<unknown>,
  ): Promise<FailoverRecord> {
    const before = records().at(-1)?.id ?? 0
    await begin()
    const record = () =>
      records().find((one) => one.id > before && one.shard === shard && one.cause === cause)
    await expect.poll(() => record()?.state, poll).toBe('over')
    await expect
      .poll(() => page.getByTestId('story').textContent(), poll)
      .toMatch(new RegExp(`${shard} is served by its promoted replica again after .* acknowledged`))
    return record() as FailoverRecord
  }

  describe('a fault on the page', () => {
    test('signed in at Express, known at Fastify, and still signed in when the own master was killed', async () => {
      await restored()
      const context = await session().context({ reducedMotion: 'no-preference' })
      const page = await session().dashboard(context)
      const shard = await signIn(page, 'ada')
      expect(shard).toMatch(/^shard-[123]$/)
      const before = masterOf(session().showcase, shard)
      await picture(page, 'signed-in')
      const seen = seenToTheEnd(page, shard, 'crash', () => press(page, shard, 'Crash'))
      // On a busy machine the page may learn of the loss and of its end at once: the timeline has both.
      const lost = page.locator(`[data-testid="${shard}"]:is(.phase-down, .phase-gated)`)
      await Promise.race([lost.waitFor(), seen])
      await picture(page, 'crash')
      const record = await seen
      expect(masterOf(session().showcase, shard)).not.toEqual(before)
      expect(record).toMatchObject({ cause: 'crash', state: 'over' })
      await picture(page, 'after-the-crash')

      const picture_ = page.getByRole('img', { name: `Timeline of the crash of ${shard}` })
      expect(await picture_.getAttribute('aria-label')).toMatch(
        /connection lost .*\+odown .*\+elected-leader .*served/,
      )
      expect(await page.getByTestId('twice').textContent()).toBe('0')
      expect(await page.getByTestId('signed-out').textContent()).toBe('0')
      expect(await page.getByTestId('user').textContent()).toBe('ada')
      for (const path of ['/express/', '/fastify/']) {
        await page.goto(session().showcase.server.origin + path)
        expect(await page.getByText('Signed in as').textContent()).toBe('Signed in as ada.')
      }
      await context.close()
    })

    test('a planned failover loses nothing, and the master and its replica change places', async () => {
      await restored()
      const context = await session().context()
      const page = await session().dashboard(context)
      const [master, replica] = await page
        .getByTestId('shard-2')
        .locator('.address')
        .allTextContents()
      const record = await seenToTheEnd(page, 'shard-2', 'planned', () =>
        press(page, 'shard-2', 'Planned'),
      )
      expect(record).toMatchObject({ cause: 'planned', state: 'over' })
      const roleOf = (address: string | undefined) =>
        page
          .getByTestId('shard-2')
          .locator('.node', { hasText: address ?? '' })
          .locator('.role')
      await expect
        .poll(() => roleOf(replica).or(roleOf(master)).allTextContents(), poll)
        .toHaveLength(2)
      await expect
        .poll(
          async () => [await roleOf(master).textContent(), await roleOf(replica).textContent()],
          poll,
        )
        .toContain('master')
      await context.close()
    })

    test('a frozen master is replaced and comes back as a replica', async () => {
      await restored()
      const context = await session().context()
      const page = await session().dashboard(context)
      const record = await seenToTheEnd(page, 'shard-3', 'freeze', () =>
        press(page, 'shard-3', 'Freeze'),
      )
      expect(record).toMatchObject({ cause: 'freeze', state: 'over' })
      expect(await page.getByTestId('story').textContent()).toContain('press Restore')
      await press(page, 'shard-3', 'Restore')
      await expect
        .poll(() => page.getByTestId('shard-3').locator('.link').allTextContents(), poll)
        .not.toContain('broken')
      await context.close()
    })

    test('a whole server is cut off, and everything is restored by one button', async () => {
      await restored()
      const context = await session().context()
      const page = await session().dashboard(context)
      const { machines } = session().showcase.demo.deployment
      const server = machines?.servers.find(({ name }) => machines.mastersOn(name).length === 1)
      const [shard = ''] = machines?.mastersOn(server?.name ?? '') ?? []
      const record = await seenToTheEnd(page, shard, 'cut', () =>
        page.getByRole('button', { name: `Cut ${server?.name} off` }).click(),
      )
      expect(record).toMatchObject({ cause: 'cut', state: 'over' })
      await expect.poll(() => page.locator('.sentinels .away').count(), poll).toBe(1)
      await page.getByRole('button', { name: 'Restore all' }).click()
      await expect.poll(() => page.locator('.sentinels .away').count(), poll).toBe(0)
      await expect.poll(() => page.locator('.link-off').count(), poll).toBe(0)
      await context.close()
    })

    test('everything is done with the keyboard alone', async () => {
      await restored()
      const context = await session().context()
      const page = await session().dashboard(context)
      await page.keyboard.press('Tab')
      expect(await page.locator(':focus').textContent()).toBe('To the shards')
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press('Tab')
        if ((await page.locator(':focus').getAttribute('autocomplete')) === 'username') break
      }
      await page.keyboard.type(' lovelace')
      await page.keyboard.press('Enter')
      await page.getByTestId('known-Fastify').getByText('✓').waitFor()
      expect(await page.getByTestId('user').textContent()).toContain('lovelace')

      // The field that had the focus is gone with its form: keys act again.
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keys' }).waitFor()
      await page.keyboard.press('2')
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      expect(await page.locator('.shard.selected h2').textContent()).toContain('shard-1')
      await page.keyboard.press('2')
      await page.locator('[data-testid="shard-2"].selected').waitFor()
      await seenToTheEnd(page, 'shard-2', 'planned', () => page.keyboard.press('p'))
      expect(await page.getByTestId('message').textContent()).toContain('shard-2')

      // In a field a letter is a letter.
      const actions: string[] = []
      page.on('request', (request) => {
        if (request.method() === 'POST') actions.push(request.url())
      })
      await page.getByLabel('Key', { exact: true }).fill('')
      await page.getByLabel('Key', { exact: true }).press('c')
      expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('c')
      expect(actions).toEqual([])
      await context.close()
    })

    test('a timeline is taken along as JSON and as a picture, and compared with the one before', async () => {
      const context = await session().context({ acceptDownloads: true })
      const page = await session().dashboard(context)
      const downloaded = async (button: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: button, exact: true }).click(),
        ])
        return readFile(await download.path())
      }
      const newest = session().showcase.recorder.records.at(-1)
      const record: FailoverRecord = JSON.parse(String(await downloaded('JSON')))
      expect(record.id).toBe(newest?.id)
      const png = await downloaded('PNG')
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      expect(png.length).toBeGreaterThan(2_000)
      await page.getByLabel('compare with the one before').check()
      await expect.poll(() => page.locator('.timeline-picture').count(), poll).toBe(2)
      await picture(page, 'compared')
      await context.close()
    })
  })
}

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FailoverRecord } from '../../src/failovers/failover-record.js'
import {
  BrowserSession,
  masterOf,
  patience,
  picture,
  signIn,
} from '../../test-support/browser-session.js'
import { findChromium, howToGetChromium } from '../../test-support/find-chromium.js'

// A failover, a browser and a fleet on cores that others use, too: the limits catch a hang.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const hasChromium = findChromium() !== undefined
if (!hasChromium) {
  if (process.env.CI) throw new Error(`The tests in a browser cannot run: ${howToGetChromium}`)
  console.log(`note: the tests in a browser were skipped: ${howToGetChromium}`)
}

const poll = { timeout: patience, interval: 50 }

let session: BrowserSession

beforeAll(async () => {
  if (hasChromium) session = await BrowserSession.start()
})

afterAll(() => session?.[Symbol.asyncDispose]())

afterEach(() => {
  expect(session?.errors.splice(0) ?? []).toEqual([])
})

/** Presses a button of a shard's card. */
async function press(page: Page, shard: string, button: string): Promise<void> {
  await page.getByTestId(shard).getByRole('button', { name: button, exact: true }).click()
}

/** The fault that was pressed last is over and verified, and the page says so. */
/** The page may still tell of the fault before, so the record of this one is waited for, too. */
async function seenToTheEnd(
  page: Page,
  shard: string,
  cause?: FailoverRecord['cause'],
): Promise<FailoverRecord> {
  const last = () => session.showcase.recorder.records.at(-1)
  await expect
    .poll(() => `${last()?.shard} ${last()?.cause} ${last()?.state}`, poll)
    .toBe(`${shard} ${cause ?? last()?.cause} over`)
  await expect
    .poll(() => page.getByTestId('story').textContent(), poll)
    .toMatch(new RegExp(`${shard} is served by its promoted replica again after .* acknowledged`))
  return last() as FailoverRecord
}

const restored = () => session.showcase.whole()

describe.skipIf(!hasChromium)('the dashboard in Chromium', () => {
  test('signed in at Express, known at Fastify, and still signed in when the own master was killed', async () => {
    await restored()
    const context = await session.context()
    const page = await session.dashboard(context)
    const shard = await signIn(page, 'ada')
    expect(shard).toMatch(/^shard-[123]$/)
    const before = masterOf(session.showcase, shard)
    await picture(page, 'signed-in')
    await press(page, shard, 'Crash')
    await page.locator(`[data-testid="${shard}"]:is(.phase-down, .phase-gated)`).waitFor()
    await picture(page, 'crash')
    const record = await seenToTheEnd(page, shard, 'crash')
    expect(masterOf(session.showcase, shard)).not.toEqual(before)
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
      await page.goto(session.showcase.server.origin + path)
      expect(await page.getByText('Signed in as').textContent()).toBe('Signed in as ada.')
    }
    await context.close()
  })

  test('a planned failover loses nothing, and the master and its replica change places', async () => {
    await restored()
    const context = await session.context()
    const page = await session.dashboard(context)
    const [master, replica] = await page
      .getByTestId('shard-2')
      .locator('.address')
      .allTextContents()
    await press(page, 'shard-2', 'Planned')
    const record = await seenToTheEnd(page, 'shard-2', 'planned')
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
    const context = await session.context()
    const page = await session.dashboard(context)
    await press(page, 'shard-3', 'Freeze')
    const record = await seenToTheEnd(page, 'shard-3', 'freeze')
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
    const context = await session.context()
    const page = await session.dashboard(context)
    const { machines } = session.showcase.demo.deployment
    const server = machines?.servers.find(({ name }) => machines.mastersOn(name).length === 1)
    const [shard = ''] = machines?.mastersOn(server?.name ?? '') ?? []
    await page.getByRole('button', { name: `Cut ${server?.name} off` }).click()
    const record = await seenToTheEnd(page, shard, 'cut')
    expect(record).toMatchObject({ cause: 'cut', state: 'over' })
    await expect.poll(() => page.locator('.sentinels .away').count(), poll).toBe(1)
    await page.getByRole('button', { name: 'Restore all' }).click()
    await expect.poll(() => page.locator('.sentinels .away').count(), poll).toBe(0)
    await expect.poll(() => page.locator('.link-off').count(), poll).toBe(0)
    await context.close()
  })

  test('two tabs change one session at once, and both changes survive', async () => {
    await restored()
    const context = await session.context()
    const shop = await session.dashboard(context)
    await signIn(shop, 'two-tabs')
    await shop.getByRole('button', { name: 'Two tabs at once' }).click()
    await shop.getByText(/both survived/).waitFor()

    await shop.goto(`${session.showcase.server.origin}/express/`)
    const account = await context.newPage()
    await account.goto(`${session.showcase.server.origin}/fastify/`)
    const drink = shop.locator('form', { hasText: 'Save drink' })
    await drink.getByLabel('Drink').fill('maté')
    await drink.getByLabel('slowly').check()
    const saved = drink.getByRole('button').click()
    const town = account.locator('form', { hasText: 'Save town' })
    await town.getByLabel('Town').fill('Quito')
    await town.getByRole('button').click()
    await account.getByText('Saved town: Quito.').waitFor()
    await saved
    await shop.getByText('Saved drink: maté.').waitFor()
    for (const page of [shop, account]) {
      await page.reload()
      expect(await page.getByLabel('Drink').inputValue()).toBe('maté')
      expect(await page.getByLabel('Town').inputValue()).toBe('Quito')
    }
    await context.close()
  })

  test('signing out everywhere signs out the other browser, too', async () => {
    await restored()
    const [home, phone] = [await session.context(), await session.context()]
    const [here, there] = [await session.dashboard(home), await session.dashboard(phone)]
    await signIn(here, 'eve')
    await signIn(there, 'eve')
    await here.goto(`${session.showcase.server.origin}/fastify/`)
    expect(await here.locator('tbody tr').count()).toBe(2)
    await picture(here, 'devices')
    await here.getByRole('button', { name: 'Sign out everywhere' }).click()
    await here.getByText('Signed out on every device.').waitFor()
    await there.reload()
    await there.getByRole('button', { name: 'Sign in at Express' }).waitFor()
    await home.close()
    await phone.close()
  })

  test('everything is done with the keyboard alone', async () => {
    await restored()
    const context = await session.context()
    const page = await session.dashboard(context)
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
    await page.keyboard.press('p')
    await expect.poll(() => page.getByTestId('message').textContent(), poll).toContain('shard-2')
    await seenToTheEnd(page, 'shard-2')

    // In a field a letter is a letter.
    const records = session.showcase.recorder.records.length
    await page.getByLabel('Key', { exact: true }).fill('')
    await page.getByLabel('Key', { exact: true }).press('c')
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('c')
    expect(session.showcase.recorder.records.length).toBe(records)
    await context.close()
  })

  test('a key is found as the client finds it', async () => {
    const context = await session.context()
    const page = await session.dashboard(context)
    for (const key of ['user:1000', '{user:1000}:cart', 'ключ', '{}', 'a{b}c{d}']) {
      await page.getByLabel('Key', { exact: true }).fill(key)
      const { slot, shard } = session.showcase.demo.client.explain(key)
      await expect
        .poll(() => page.getByTestId('slot').textContent(), poll)
        .toBe(slot.toLocaleString('en-US'))
      expect(await page.getByTestId('key-shard').textContent()).toBe(shard)
    }
    await context.close()
  })

  test('a timeline is taken along as JSON and as a picture, and compared with the one before', async () => {
    const context = await session.context({ acceptDownloads: true })
    const page = await session.dashboard(context)
    const downloaded = async (button: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button, exact: true }).click(),
      ])
      return readFile(await download.path())
    }
    const newest = session.showcase.recorder.records.at(-1)
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

  test('who comes without the token looks on', async () => {
    const context = await session.context()
    const page = await session.dashboard(context, session.showcase.server.origin)
    await page.getByText('You are looking on.').waitFor()
    const enabled = page.locator('.shard button:enabled, .sentinels button:enabled')
    expect(await enabled.count()).toBe(0)
    await context.close()
  })

  test('how the comparison is measured is one click away, with the code', async () => {
    const context = await session.context()
    const page = await session.dashboard(context)
    await expect
      .poll(() => page.getByTestId('standing-node-redis').locator('td').first().textContent(), poll)
      .toMatch(/^[1-9]/)
    await page.getByRole('button', { name: 'How this is measured' }).click()
    await page.getByText('The code of node-redis').click()
    await page.getByText('createSentinel({').waitFor()
    await context.close()
  })

  // The last one: it ends the demo that the others use.
  test('a page whose demo was started again says so meanwhile and comes back by itself', async () => {
    const context = await session.context()
    const page = await session.dashboard(context)
    const before = session.showcase.demo.workload.prefix
    await session.restart(async () => {
      await page.getByRole('alert').getByText('The demo does not answer.').waitFor()
      await picture(page, 'lost')
    })
    await expect.poll(() => page.getByRole('alert').textContent(), poll).toBe('')
    await page.getByText('You are looking on.').waitFor()
    expect(session.showcase.demo.workload.prefix).not.toBe(before)
    // The browser itself tells of connections that were refused.
    const own = session.errors.splice(0).filter((text) => !/net::ERR_|Failed to load/.test(text))
    expect(own).toEqual([])
    // Who opens the new address may press again.
    await page.goto(session.showcase.server.address)
    await page.getByTestId('shard-1').getByRole('button', { name: 'Crash' }).click({ trial: true })
    await context.close()
  })
})

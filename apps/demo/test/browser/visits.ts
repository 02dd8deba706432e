import { describe, expect, test } from 'vitest'
import {
  type BrowserSession,
  patience,
  picture,
  signIn,
} from '../../test-support/browser-session.js'
import { seriousFindings } from '../../test-support/serious-findings.js'

const poll = { timeout: patience, interval: 50 }

/** What visitors and onlookers do. */
export function visits(session: () => BrowserSession): void {
  describe('a visit', () => {
    test('two tabs change one session at once, and both changes survive', async () => {
      const context = await session().context()
      const shop = await session().dashboard(context)
      await signIn(shop, 'two-tabs')
      await shop.getByRole('button', { name: 'Two tabs at once' }).click()
      await shop.getByText(/both survived/).waitFor()

      await shop.goto(`${session().showcase.server.origin}/express/`)
      const account = await context.newPage()
      await account.goto(`${session().showcase.server.origin}/fastify/`)
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
      const [home, phone] = [await session().context(), await session().context()]
      const [here, there] = [await session().dashboard(home), await session().dashboard(phone)]
      await signIn(here, 'eve')
      await signIn(there, 'eve')
      await here.goto(`${session().showcase.server.origin}/fastify/`)
      expect(await here.locator('tbody tr').count()).toBe(2)
      await picture(here, 'devices')
      await here.getByRole('button', { name: 'Sign out everywhere' }).click()
      await here.getByText('Signed out on every device.').waitFor()
      await there.reload()
      await there.getByRole('button', { name: 'Sign in at Express' }).waitFor()
      await home.close()
      await phone.close()
    })

    test('a key is found as the client finds it', async () => {
      const context = await session().context()
      const page = await session().dashboard(context)
      for (const key of ['user:1000', '{user:1000}:cart', 'ключ', '{}', 'a{b}c{d}']) {
        await page.getByLabel('Key', { exact: true }).fill(key)
        const { slot, shard } = session().showcase.demo.client.explain(key)
        await expect
          .poll(() => page.getByTestId('slot').textContent(), poll)
          .toBe(slot.toLocaleString('en-US'))
        expect(await page.getByTestId('key-shard').textContent()).toBe(shard)
      }
      await context.close()
    })

    test('who comes without the token looks on', async () => {
      const context = await session().context()
      const page = await session().dashboard(context, session().showcase.server.origin)
      await page.getByText('You are looking on.').waitFor()
      const enabled = page.locator('.shard button:enabled, .sentinels button:enabled')
      expect(await enabled.count()).toBe(0)
      await context.close()
    })

    test('how the comparison is measured is one click away, with the code', async () => {
      const context = await session().context()
      const page = await session().dashboard(context)
      await expect
        .poll(
          () => page.getByTestId('standing-node-redis').locator('td').first().textContent(),
          poll,
        )
        .toMatch(/^[1-9]/)
      await page.getByRole('button', { name: 'How this is measured' }).click()
      await page.getByText('The code of node-redis').click()
      await page.getByText('createSentinel({').waitFor()
      await context.close()
    })

    // The last one: it ends the demo that the others use.
    test('a page whose demo was started again says so meanwhile and comes back by itself', async () => {
      const context = await session().context()
      const page = await session().dashboard(context)
      const before = session().showcase.demo.workload.prefix
      await session().restart(async () => {
        await page.getByRole('alert').getByText('The demo does not answer.').waitFor()
        await picture(page, 'lost')
        expect(await seriousFindings(page)).toEqual([])
      })
      await expect.poll(() => page.getByRole('alert').textContent(), poll).toBe('')
      await page.getByText('You are looking on.').waitFor()
      expect(session().showcase.demo.workload.prefix).not.toBe(before)
      // The browser itself tells of connections that were refused.
      const own = session()
        .errors.splice(0)
        .filter((text) => !/net::ERR_|Failed to load/.test(text))
      expect(own).toEqual([])
      // Who opens the new address may press again.
      await page.goto(session().showcase.server.address)
      await page
        .getByTestId('shard-1')
        .getByRole('button', { name: 'Crash' })
        .click({ trial: true })
      await context.close()
    })
  })
}

// Takes the pictures of the README, in docs/images: npm run pictures --workspace @disredis/demo.
// After a build, with a Chromium: DISREDIS_CHROMIUM or /usr/bin/chromium.
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { EventLog } from '../dist/event-log.js'
import { Showcase } from '../dist/showcase.js'

const patience = 120_000

const showcase = await Showcase.start({
  existing: undefined,
  retireAfter: 60_000,
  log: new EventLog(),
  signal: new AbortController().signal,
  // A restored master is back as a replica in a second instead of ten.
  tuning: { sentinelTimers: { 'info-period': 200, 'publish-period': 200 } },
  web: { host: '127.0.0.1', port: 0, mayMove: true },
})
const executablePath = process.env.DISREDIS_CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath })
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
  })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  await page.goto(showcase.server.address)
  await page.getByRole('button', { name: 'Sign in at Express' }).click()
  const shard = await page.getByTestId('session-shard').textContent()
  const story = page.getByTestId('story')

  await takeFailover(page, shard)
  await take(page, 'demo-light')

  const other = showcase.demo.shards.find((name) => name !== shard)
  await page.getByTestId(other).getByRole('button', { name: 'Planned' }).click()
  await story
    .filter({ hasText: new RegExp(`${other} is served .* acknowledged meanwhile`) })
    .waitFor()
  await page.emulateMedia({ colorScheme: 'dark' })
  await take(page, 'demo-dark')
} finally {
  await browser.close()
  await showcase[Symbol.asyncDispose]()
}

/**
 * While the shard is away, which is little more than a second: again, if the picture came too late.
 * Everything is restored afterwards.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} shard
 */
async function takeFailover(page, shard) {
  const card = page.getByTestId(shard)
  const story = page.getByTestId('story')
  const devtools = await page.context().newCDPSession(page)
  for (let isTaken = false; !isTaken; ) {
    await card.getByRole('button', { name: 'Crash' }).click()
    await story.filter({ hasText: 'was killed' }).waitFor()
    await page.locator('.timeline-picture', { hasText: '+odown' }).waitFor()
    // The picture takes longer than the failover: the page stands still meanwhile.
    await devtools.send('Emulation.setScriptExecutionDisabled', { value: true })
    isTaken = await page
      .locator(`[data-testid="${shard}"]:is(.phase-down, .phase-gated)`)
      .isVisible()
    if (isTaken) await take(page, 'demo-failover')
    await devtools.send('Emulation.setScriptExecutionDisabled', { value: false })
    await page.reload()
    await story.filter({ hasText: 'acknowledged meanwhile' }).waitFor()
    await card.getByRole('button', { name: 'Restore' }).click()
    await story.filter({ hasText: 'press Restore' }).waitFor({ state: 'hidden' })
    await showcase.demo.conductor.sync()
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
async function take(page, name) {
  const path = fileURLToPath(new URL(`../../../docs/images/${name}.png`, import.meta.url))
  await page.screenshot({ path })
  console.log(path)
}

// Runs the demo for long, with the page open in a real browser and a failover a minute, and tells
// what memory and sessions did: npm run soak --workspace @disredis/demo -- 60 (minutes).
// After a build, with a Chromium: DISREDIS_CHROMIUM or /usr/bin/chromium.
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { EventLog } from '../dist/event-log.js'
import { Showcase } from '../dist/showcase.js'

const minutes = Number(process.argv[2] ?? 60)
const faults = ['crash', 'planned', 'freeze', 'cut']

const showcase = await Showcase.start({
  existing: undefined,
  retireAfter: 60_000,
  log: new EventLog(),
  signal: new AbortController().signal,
  web: { host: '127.0.0.1', port: 0, mayMove: true },
})
const executablePath = process.env.DISREDIS_CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const errors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(showcase.server.address)
  await page.getByRole('button', { name: 'Sign in at Express' }).click()
  await page.getByTestId('session-shard').waitFor()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  for (let minute = 1; minute <= minutes; minute++) {
    const next = sleep(60_000)
    await fail(faults[minute % faults.length], minute)
    await showcase.demo.conductor.restore()
    await next
    console.log(
      JSON.stringify({ minute, ...(await figures(page, devtools)), errors: errors.length }),
    )
  }
  await showcase.demo.conductor.sync()
  console.log(JSON.stringify({ verdict: verdict(), pageErrors: errors.slice(0, 5) }, undefined, 2))
} finally {
  await browser.close()
  await showcase[Symbol.asyncDispose]()
}

/**
 * @param {string} kind
 * @param {number} minute
 */
async function fail(kind, minute) {
  const { conductor, deployment, shards } = showcase.demo
  try {
    if (kind !== 'cut') return await conductor.inject(kind, shards[minute % shards.length])
    const { servers } = deployment.machines
    await conductor.cut(servers[minute % servers.length].name)
  } catch (error) {
    console.log(JSON.stringify({ minute, kind, refused: error.message }))
  }
}

/** After a collection on both sides: what stays is what is held. */
async function figures(page, devtools) {
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (name) => metrics.find((one) => one.name === name)?.value ?? 0
  const { crowd, demo } = showcase
  return {
    serverHeapMB: megabytes(heapUsed),
    serverRssMB: megabytes(rss),
    pageHeapMB: megabytes(metric('JSHeapUsedSize')),
    pageNodes: metric('Nodes'),
    failovers: demo.faults.records.length,
    signedOut: crowd.figures.signedOut,
    user: await page.getByTestId('user').textContent(),
  }
}

function verdict() {
  const { demo, crowd, comparison } = showcase
  const report = demo.report()
  const lostIn = (kind) =>
    demo.faults.records.filter((one) => one.kind === kind).reduce((sum, { lost }) => sum + lost, 0)
  return {
    broken: report.guarantees.filter(({ held }) => held === false),
    lost: Object.fromEntries(faults.map((kind) => [kind, lostIn(kind)])),
    lostWithoutFault: demo.faults.lostWithoutFault,
    summary: report.summary,
    crowd: crowd.figures,
    comparison: comparison?.standings(),
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e5) / 10
}

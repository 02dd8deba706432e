import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventLog } from '../src/event-log.js'
import { Showcase, type ShowcaseOptions } from '../src/showcase.js'

/**
 * The whole demo on a free port. Its Sentinels take a restored master back in a second, not in ten:
 * the tests need not wait for that, and it is no matter of theirs.
 */
export async function startShowcase(
  options: Partial<ShowcaseOptions> = {},
): Promise<Showcase & { readonly whole: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'disredis-page-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>')
  try {
    const showcase = await Showcase.start({
      existing: undefined,
      retireAfter: 60_000,
      log: new EventLog(),
      signal: new AbortController().signal,
      tuning: { sentinelTimers: { 'info-period': 200, 'publish-period': 200 } },
      web: { host: '127.0.0.1', port: 0, mayMove: true },
      pageFolder: folder,
      ...options,
    })
    const whole = async () => {
      await showcase.demo.conductor.restore()
      await showcase.demo.conductor.sync()
    }
    return Object.assign(showcase, { whole })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

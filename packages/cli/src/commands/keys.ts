import { UsageError } from '../cli-error.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { withClient } from '../connection/with-client.js'
import { exitCode } from '../exit-code.js'
import type { Run } from '../run.js'

/** Keys that a SCAN gives twice are printed once, as long as so many can be remembered. */
const REMEMBERED = 1_000_000
const BATCH = 1000

export const keys: Run<ConnectionFlags & { json?: boolean; limit?: string }> = async (
  flags,
  [pattern = '*'],
  terminal,
) => {
  const limit = flags.limit === undefined ? Number.POSITIVE_INFINITY : Number(flags.limit)
  if (!(limit >= 1)) throw new UsageError(`--limit takes a number from 1, not "${flags.limit}"`)
  const deployment = await readDeployment(flags, terminal)
  const prefix = deployment.keyPrefix ?? ''
  const match = escapePattern(prefix) + pattern
  const seen = new Set<string>()
  const found: string[] = []
  let count = 0
  // Without the prefix: SCAN takes and gives whole names, as ioredis has it.
  await withClient({ ...deployment, keyPrefix: undefined }, terminal, async (client) => {
    for await (const key of client.scanKeys({ match, count: BATCH })) {
      if (seen.has(key)) continue
      if (seen.size < REMEMBERED) seen.add(key)
      if (flags.json) found.push(key)
      else terminal.print(key)
      count++
      if (count >= limit) break
    }
  })
  if (flags.json) terminal.print(JSON.stringify({ keys: found }, undefined, 2))
  return count === 0 ? exitCode.findings : exitCode.ok
}

function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/gu, '\\$&')
}

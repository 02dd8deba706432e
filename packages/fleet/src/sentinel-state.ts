import { readFileSync } from 'node:fs'
import type { Address } from '@disredis/connection'

/** What one Sentinel has written down about one master. */
export interface SentinelView {
  readonly master: Address
  readonly configEpoch: number
}

/**
 * Reads a Sentinel's view from its configuration file. Sentinel saves every change there
 * (`sentinelFlushConfig` in sentinel.c) and names the promoted replica as soon as
 * `SENTINEL GET-MASTER-ADDR-BY-NAME` does; so this needs no connection, and works on a Sentinel that
 * hangs or is dead. Undefined when it does not watch the master.
 */
export function readSentinelView(configFile: string, master: string): SentinelView | undefined {
  const lines = readFileSync(configFile, 'utf8').split('\n')
  const find = (directive: string) =>
    lines
      .map((line) => line.trim().split(/\s+/))
      .find((words) => {
        return words[0] === 'sentinel' && words[1] === directive && words[2] === master
      })
  const [, , , host, port] = find('monitor') ?? []
  if (host === undefined || port === undefined) return undefined
  const [, , , epoch] = find('config-epoch') ?? []
  return { master: { host, port: Number(port) }, configEpoch: Number(epoch ?? 0) }
}

import { vi } from 'vitest'
import type { SentinelWatcher, Topology, WatcherEvents } from '../../src/index.js'

const eventNames = [
  'failoverStarted',
  'replicaSelected',
  'replicaPromoted',
  'masterSwitched',
  'failoverAborted',
  'masterDown',
  'masterAdded',
  'masterRemoved',
  'sentinelError',
] as const satisfies readonly (keyof WatcherEvents)[]

export interface Recording {
  /** Names of the events other than `topologyChanged`, in order, with what they told. */
  readonly events: { readonly name: string; readonly shard?: string; readonly event: object }[]
  readonly snapshots: Topology[]
}

/** Keeps everything that a watcher tells from now on. */
export function record(watcher: SentinelWatcher): Recording {
  const recording: Recording = { events: [], snapshots: [] }
  watcher.on('topologyChanged', ({ current }) => recording.snapshots.push(current))
  for (const name of eventNames) {
    watcher.on(name, (event: object) => {
      recording.events.push({ name, event, ...event })
    })
  }
  return recording
}

/** Waits until `check` does not throw. */
export function eventually(check: () => unknown, timeout = 60_000): Promise<unknown> {
  return vi.waitFor(check, { timeout, interval: 20 })
}

import { formatAddress } from '@disredis/connection'
import { isSameOption } from './same-options.js'
import { SentinelWatcher } from './sentinel-watcher.js'
import { resolveWatcherOptions, type SentinelWatcherOptions } from './watcher-options.js'

/** A share in a watcher. */
export interface WatcherLease {
  /** Started by whoever calls `start()` first; do not close it. */
  readonly watcher: SentinelWatcher
  /** Gives the share back; the last one closes the watcher. Resolves when that is done. */
  release(): Promise<void>
}

interface SharedWatcher {
  readonly options: unknown
  readonly watcher: SentinelWatcher
  shares: number
}

const sharedWatchers = new Set<SharedWatcher>()

/**
 * The watcher for these options: one per process for equal options (whatever the order of Sentinels
 * and masters), so that each Sentinel sees one connection however many clients there are.
 *
 * @throws InvalidAddressError or InvalidOptionError
 */
export function acquireWatcher(options: SentinelWatcherOptions): WatcherLease {
  const resolved = resolveWatcherOptions(options)
  const sentinels = resolved.sentinels.map(formatAddress).sort()
  const key = { ...resolved, sentinels }
  const shared = [...sharedWatchers].find((other) => isSameOption(other.options, key)) ?? {
    options: key,
    watcher: new SentinelWatcher(options),
    shares: 0,
  }
  shared.shares += 1
  sharedWatchers.add(shared)
  let released: Promise<void> | undefined
  return {
    watcher: shared.watcher,
    release() {
      released ??= release(shared)
      return released
    },
  }
}

async function release(shared: SharedWatcher): Promise<void> {
  shared.shares -= 1
  if (shared.shares > 0) return
  sharedWatchers.delete(shared)
  await shared.watcher.close()
}

import type { WriteRecord } from '../node/write-history.js'
import type { Schedule } from '../schedule/schedule.js'
import type { World } from '../world/world.js'

/** ms: how long before a failover to a node that followed nobody its writes may have been made. */
const unsoundBefore = 60_000

/** ms after a fault in which it may still cost writes: Sentinels undo promotions until then. */
const aftermath = 45_000

/**
 * Whether what was done to the world may cost an acknowledged write. In a world of planned failovers
 * nothing may. Elsewhere, what struck the shard, a Sentinel or a client may, for a while; what struck
 * another shard's nodes may not. And Sentinel itself may choose a node that never followed the
 * master: the one before, which it has not demoted yet.
 */
export class LossExcuses {
  readonly #schedule: Schedule
  readonly #beginning: number

  /** When Sentinel chose a node that had no link to the master it was to replace. */
  readonly #unsound: { readonly shard: string; readonly at: number }[] = []

  constructor(world: World, schedule: Schedule, beginning = 300) {
    this.#schedule = schedule
    this.#beginning = beginning
    world.listen({
      sentinelEvent: ({ channel, payload, at }) => {
        if (channel !== '+selected-slave') return
        // `slave ip:port ip port @ name ip port`
        const [, , host, , , shard, masterHost] = payload.split(' ')
        const node = world.nodesOf(shard!).find(({ address }) => address.host === host)
        const { link } = node!
        if (link?.isConnected !== true || link.master.host !== masterHost) {
          this.#unsound.push({ shard: shard!, at })
        }
      },
    })
  }

  isExcused(shard: string, record: WriteRecord): boolean {
    const isUnsound = this.#unsound.some(
      (it) =>
        it.shard === shard &&
        record.at <= it.at + unsoundBefore &&
        record.at >= it.at - unsoundBefore,
    )
    if (isUnsound) return true
    return this.#schedule.faults.some(({ kind, at, duration, targets }) => {
      if (kind === 'plannedFailover') return false
      const from = this.#beginning + at - aftermath
      const to = this.#beginning + at + duration + aftermath
      const isNear = record.at >= from && record.at <= to
      const isOfOtherShard = targets.every(
        (target) => target.startsWith('shard-') && target.split('/')[0] !== shard,
      )
      return isNear && !isOfOtherShard
    })
  }
}

import { createRing } from '@disredis/hash-ring'
import { ClosingList } from '../closing-list.js'
import type { Demo } from '../demo.js'
import { sumOf } from '../measurement/tally.js'
import { now } from '../time.js'
import { PageRetirement } from '../verification/page-retirement.js'
import { Verifier } from '../verification/verifier.js'
import type { Pace } from '../workload/callers.js'
import type { ShardTraffic } from '../workload/shard-traffic.js'
import { Workload } from '../workload/workload.js'
import type { Contender, ContenderName } from './contender.js'
import { connectIoredis } from './ioredis-contender.js'
import { connectNodeRedis } from './node-redis-contender.js'

/** ms between two looks for acknowledged writes. */
const verifyInterval = 2_000
/** ms; as the demo's own. */
const retireAfter = 60_000

/** What a client came to since the start. Times are ms. */
export interface Standing {
  readonly name: ContenderName
  readonly acknowledged: number
  readonly verified: number
  /** Acknowledged and not there. */
  readonly lost: number
  /** Executed more than once. */
  readonly repeated: number
  /** Writes whose outcome nobody was told. */
  readonly unknown: number
  readonly errors: number
  /** The times without an acknowledged write, of the shards together. */
  readonly away: number
  readonly longestAway: number
}

interface Entrant {
  readonly contender: Contender
  readonly workload: Workload
}

/** ioredis and node-redis beside disredis: the same fleet, load, deadlines, faults and oracle. */
export class Comparison implements AsyncDisposable {
  readonly #demo: Demo
  readonly #entrants: readonly Entrant[]
  readonly #closing: ClosingList
  readonly #stop = new AbortController()
  /** What each had come to when all stood ready: it counts from then on. */
  readonly #before: readonly Standing[]

  private constructor(demo: Demo, entrants: readonly Entrant[], closing: ClosingList) {
    this.#demo = demo
    this.#entrants = entrants
    this.#closing = closing
    const at = now()
    for (const { workload } of this.#all()) {
      for (const { away } of workload.traffic.values()) away.restart(at)
    }
    this.#before = this.#all().map(({ name, workload }) => standingOf(name, workload, at))
  }

  /** @throws what a contender throws that cannot connect; nothing is left open */
  static async start(demo: Demo, pace: Pace): Promise<Comparison> {
    const closing = new ClosingList()
    try {
      const { shards } = demo
      // The ring alone says where a key belongs: no contender needs a client of ours for it.
      const ring = createRing(shards)
      const sentinels = demo.client.topology?.sentinels.map(({ address }) => address) ?? []
      const target = { sentinels, shards, shardOf: (key: string) => ring.locate(key) }
      const entrants: Entrant[] = []
      for (const connect of [connectIoredis, connectNodeRedis]) {
        const contender = await connect(target)
        closing.add(async () => contender[Symbol.asyncDispose]())
        const prefix = `${demo.workload.prefix}:${contender.name}`
        const workload = new Workload(contender.client, prefix, { pace })
        closing.add(() => workload.abandon())
        await workload.start()
        entrants.push({ contender, workload })
      }
      const comparison = new Comparison(demo, entrants, closing)
      comparison.#verifyInBackground()
      return comparison
    } catch (error) {
      await closing[Symbol.asyncDispose]()
      throw error
    }
  }

  /** disredis first; counted from when all three were ready. */
  standings(): readonly Standing[] {
    const at = now()
    return this.#all().map(({ name, workload }, i) => {
      const standing = standingOf(name, workload, at)
      const before = this.#before[i] ?? standing
      return {
        ...standing,
        acknowledged: standing.acknowledged - before.acknowledged,
        verified: standing.verified - before.verified,
        lost: standing.lost - before.lost,
        repeated: standing.repeated - before.repeated,
        unknown: standing.unknown - before.unknown,
        errors: standing.errors - before.errors,
      }
    })
  }

  /** A fault begins or ends on the shard: what was there may be gone. */
  doubt(shard: string): void {
    for (const traffic of this.#trafficOf(shard)) traffic.ledger.doubt()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#closing[Symbol.asyncDispose]()
  }

  #all(): readonly { readonly name: ContenderName; readonly workload: Workload }[] {
    return [
      { name: 'disredis', workload: this.#demo.workload },
      ...this.#entrants.map(({ contender, workload }) => ({ name: contender.name, workload })),
    ]
  }

  #trafficOf(shard: string): ShardTraffic[] {
    return this.#entrants.flatMap(({ workload }) => workload.traffic.get(shard) ?? [])
  }

  #verifyInBackground(): void {
    const retirement = new PageRetirement(retireAfter)
    const verifier = new Verifier(this.#demo.deployment)
    const { conductor, shards } = this.#demo
    let running: Promise<void> | undefined
    const round = async () => {
      for (const shard of shards) {
        for (const traffic of this.#trafficOf(shard)) await verifier.verify(traffic)
      }
      for (const { workload } of this.#entrants) {
        for (const { ledger } of workload.traffic.values()) {
          await workload.discard(retirement.retire(ledger, now()))
        }
      }
    }
    const timer = setInterval(() => {
      if (running !== undefined || conductor.isFaulted || this.#stop.signal.aborted) return
      // A fault may have begun meanwhile, or a contender be away: the next round does it.
      running = round()
        .catch(() => undefined)
        .finally(() => {
          running = undefined
        })
    }, verifyInterval)
    this.#closing.add(async () => {
      clearInterval(timer)
      await running
    })
  }
}

function standingOf(name: ContenderName, { traffic }: Workload, at: number): Standing {
  const all = [...traffic.values()]
  const totals = all.map(({ ledger }) => ledger.totals())
  const sum = (pick: (one: (typeof totals)[number]) => number) =>
    totals.reduce((total, one) => total + pick(one), 0)
  return {
    name,
    acknowledged: sum((one) => one.acknowledged),
    verified: sum((one) => one.verified),
    lost: sum((one) => one.lost),
    repeated: sum((one) => one.duplicated),
    unknown: sum((one) => one.unknown),
    errors: all.reduce((total, { errors }) => total + sumOf(errors.counts()), 0),
    away: all.reduce((total, { away }) => total + away.total(at), 0),
    longestAway: Math.max(0, ...all.map(({ away }) => away.longest(at))),
  }
}

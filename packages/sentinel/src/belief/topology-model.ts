import { type Address, formatAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { SentinelReport, Source } from '../protocol/sentinel-report.js'
import { freezeMap } from './freeze-map.js'
import { areSameSentinels } from './same-topology.js'
import { type Members, ShardView } from './shard-view.js'
import type { SentinelTopology, ShardTopology, Topology } from './topology.js'

/** Everything the Sentinels have said of the masters; makes the snapshots. */
export class TopologyModel {
  readonly #views = new Map<string, ShardView>()
  #pinned: readonly string[] | undefined
  #topology: Topology | undefined

  /** Whether two addresses lead to one node of the shard, as far as is known. */
  isSame(shard: string, a: Address | undefined, b: Address | undefined): boolean {
    return this.#views.get(shard)?.isSame(a, b) ?? false
  }

  /** The last snapshot that `snapshot` made. */
  get topology(): Topology | undefined {
    return this.#topology
  }

  addressOf(shard: string): Address | undefined {
    return this.#views.get(shard)?.current?.address
  }

  applyReport(source: Source, { masters }: SentinelReport, members: Members): void {
    for (const [name, report] of masters) this.#view(name)?.applyReport(source, report, members)
    for (const [name, view] of this.#views)
      if (!masters.has(name)) view.removeSentinel(source.id, members)
  }

  applyEvent(shard: string, event: SentinelEvent, source: Source, members: Members): void {
    this.#view(shard)?.applyEvent(event, source, members)
  }

  /** `sentinel` is not to be counted any longer, for one master or for all. */
  removeSentinel(sentinel: string, members: Members, shard?: string): void {
    for (const [name, view] of this.#views) {
      if (shard === undefined || name === shard) view.removeSentinel(sentinel, members)
    }
  }

  /** `sentinel` is not connected: where it said that masters are stands. */
  onDisconnected(sentinel: string): void {
    for (const view of this.#views.values()) view.onDisconnected(sentinel)
  }

  rejectMaster(shard: string, address: Address, members: Members): void {
    this.#views.get(shard)?.rejectMaster(address, members)
  }

  acceptMaster(shard: string, address: Address, members: Members): void {
    this.#views.get(shard)?.acceptMaster(address, members)
  }

  /** These masters and no others make the topology. */
  pin(names: readonly string[]): void {
    this.#pinned = names
    for (const name of this.#views.keys()) if (!names.includes(name)) this.#views.delete(name)
  }

  /**
   * The snapshot of the pinned masters: the previous one if nothing changed, `undefined` before the
   * address of each is known. Details of a master come from a Sentinel that `isPreferred`, if any.
   */
  snapshot(
    known: readonly SentinelTopology[],
    isPreferred: (id: string) => boolean,
  ): Topology | undefined {
    const shards: [string, ShardTopology][] = []
    for (const name of this.#pinned ?? []) {
      const shard = this.#views.get(name)?.snapshot((ids) => ids.filter(isPreferred))
      if (shard === undefined) return undefined
      shards.push([name, shard])
    }
    const previous = this.#topology
    const sentinels = Object.freeze(known.map((one) => Object.freeze(one)).sort(byAddress))
    if (
      previous !== undefined &&
      shards.every(([name, shard]) => previous.shards.get(name) === shard) &&
      areSameSentinels(previous.sentinels, sentinels)
    ) {
      return previous
    }
    this.#topology = Object.freeze({
      version: (previous?.version ?? 0) + 1,
      shards: freezeMap(shards),
      sentinels,
    })
    return this.#topology
  }

  #view(name: string): ShardView | undefined {
    if (this.#pinned?.includes(name) === false) return undefined
    const view = this.#views.get(name) ?? new ShardView(name)
    this.#views.set(name, view)
    return view
  }
}

function byAddress(a: SentinelTopology, b: SentinelTopology): number {
  return formatAddress(a.address) < formatAddress(b.address) ? -1 : 1
}

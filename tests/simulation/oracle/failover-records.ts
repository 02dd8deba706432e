import type { SimulatedSocket } from '../network/simulated-socket.js'
import type { RedisNode } from '../node/redis-node.js'
import type { WriteRecord } from '../node/write-history.js'
import type { FailoverState } from '../sentinel/instances.js'
import type { World } from '../world/world.js'
import { historyOf } from './shard-history.js'

/** A failover that a Sentinel led, from its election on, and what each client has heard of it. */
export interface FailoverRecord {
  readonly shard: string
  /** The name of the Sentinel that leads it. */
  readonly leader: string
  readonly at: number
  /** The master that is being replaced. */
  readonly master: RedisNode
  selected: RedisNode | undefined
  /** The chosen node followed the master. */
  isSound: boolean
  promotion:
    | {
        readonly at: number
        readonly head: WriteRecord | undefined
        /** What the old master had at that time. */
        readonly headOfMaster: WriteRecord | undefined
      }
    | undefined
  /** The leader has given it up. */
  endedAt: number
  /** The leader has said `+promoted-slave`. */
  announcedAt: number
  /** By client: when its beginning had arrived. */
  readonly heard: Map<string, number>
  /** By client: when `+promoted-slave`, `+switch-master` or a topology with the new master had arrived. */
  readonly heardOfPromotion: Map<string, number>
  /** By client: when an abort of it had arrived. */
  readonly heardOfAbort: Map<string, number>
}

const event =
  /\$\d+\r\n(\+elected-leader|\+promoted-slave|\+switch-master|-failover-abort-[a-z-]+)\r\n\$\d+\r\n([^\r]+)\r\n/g

/** ms after its election in which a failover is taken to be under way, whatever is heard. */
const longestFailover = 3000

/** In which a Sentinel tells clients that it leads a failover: from its election to the promotion. */
const leadingStates: readonly FailoverState[] = [
  'select_slave',
  'send_slaveof_noone',
  'wait_promotion',
]

/** ms for which a failover counts of which nobody says how it ended: its leader may have died. */
const longestUnheard = 10_000

/** All failovers of a world. */
export class FailoverRecords {
  readonly all: FailoverRecord[] = []
  readonly #world: World
  readonly #sentinels: ReadonlyMap<string, string>
  /** By client: where it went. */
  readonly #adoptions = new Map<string, { readonly node: RedisNode; readonly at: number }[]>()
  readonly #introduced = new WeakSet<SimulatedSocket>()
  readonly #early = new WeakMap<SimulatedSocket, string[]>()
  readonly #histories = new Map<WriteRecord, ReadonlySet<WriteRecord>>()

  constructor(world: World) {
    this.#world = world
    this.#sentinels = new Map(
      world.sentinels.map(({ name, address: { host, port } }) => [`${host}:${port}`, name]),
    )
    world.listen({
      sentinelEvent: ({ sentinel, channel, payload, at }) => {
        if (channel === '+elected-leader') this.#begin(sentinel, payload, at)
        else if (channel === '+selected-slave') this.#select(sentinel, payload)
        else if (channel === '+promoted-slave') this.#announced(sentinel, payload)
        else if (channel.startsWith('-failover-abort-')) this.#end(sentinel, payload, at)
      },
      roleChanged: (node) => {
        if (node.link === undefined) this.#promoted(node)
      },
    })
  }

  /** Bytes of a Sentinel have arrived at a client. */
  arrived(client: string, socket: SimulatedSocket, text: string): void {
    const sentinel = this.#sentinels.get(socket.remote)
    if (sentinel === undefined) return
    // Before it has said who it is and what it watches, what it publishes is kept, and not looked at.
    if (!this.#introduced.has(socket)) {
      const early = this.#early.get(socket) ?? []
      this.#early.set(socket, early)
      early.push(text)
      if (!text.includes('config-epoch')) return
      this.#introduced.add(socket)
      for (const it of early) this.#hear(client, sentinel, it)
      return
    }
    this.#hear(client, sentinel, text)
  }

  #hear(client: string, sentinel: string, text: string): void {
    if (!text.includes('message\r\n')) return
    const { now } = this.#world.time
    for (const [, channel, payload] of text.matchAll(event)) {
      const words = payload!.split(' ')
      if (channel === '+elected-leader') {
        this.#latest(sentinel, words[1]!)?.heard.set(client, now)
      } else if (channel === '+switch-master') {
        this.heardMaster(client, words[0]!, words[3]!)
      } else if (channel === '+promoted-slave') {
        this.heardMaster(client, words[5]!, words[2]!)
      } else {
        this.#latest(sentinel, words[1]!)?.heardOfAbort.set(client, now)
      }
    }
  }

  /** A client was told that the master is there now. */
  heardMaster(client: string, shard: string, host: string): void {
    for (const failover of this.all) {
      if (failover.shard !== shard || failover.selected?.address.host !== host) continue
      if (!failover.heardOfPromotion.has(client)) {
        failover.heardOfPromotion.set(client, this.#world.time.now)
      }
    }
  }

  /** A client went to another node. */
  adopted(client: string, shard: string, host: string): void {
    const known = this.#adoptions.get(client) ?? []
    this.#adoptions.set(client, known)
    known.push({ node: this.#nodeAt(shard, host), at: this.#world.time.now })
  }

  /** Whether that node became the master once more for a client, between two times. */
  isBack(client: string, node: RedisNode, from: number, to: number): boolean {
    const isWithin = (at: number | undefined) => at !== undefined && at > from && at <= to
    const adoptions = this.#adoptions.get(client) ?? []
    return (
      adoptions.some((it) => it.node === node && isWithin(it.at)) ||
      this.all.some(
        ({ selected, heardOfPromotion }) =>
          selected === node && isWithin(heardOfPromotion.get(client)),
      )
    )
  }

  /** Whether a failover of that shard was under way between two times, or had ended just before. */
  wasUnderWay(shard: string | undefined, from: number, to: number): boolean {
    return this.all.some((it) => {
      const told = [...it.heardOfPromotion.values(), ...it.heardOfAbort.values()]
      const end = Math.max(it.at + longestFailover, ...told.map((at) => at + 1000))
      return (shard === undefined || it.shard === shard) && it.at < to && end > from
    })
  }

  /** Whether a later failover chose a node that did not follow the master: what was read before is of another line. */
  wasAbandoned(shard: string | undefined, at: number): boolean {
    return this.all.some(
      ({ isSound, promotion, ...it }) =>
        it.shard === shard && !isSound && promotion !== undefined && promotion.at > at,
    )
  }

  /** The failover of that master of which a client has heard and, until `at`, not of its end. */
  underWay(client: string, master: RedisNode, at: number): FailoverRecord | undefined {
    return this.all.find((it) => {
      const from = it.heard.get(client)
      if (it.master !== master || from === undefined || from >= at) return false
      const endedAt = it.heardOfAbort.get(client) ?? Number.POSITIVE_INFINITY
      return endedAt > at && !this.isBack(client, master, from, at)
    })
  }

  /** Whether a client has heard so long ago that the last failover of a shard was given up. */
  isGivenUp(client: string, shard: string, since: number): boolean {
    const all = this.all.filter((it) => it.shard === shard)
    const heard = all.filter((it) => it.heard.has(client))
    // What it did not hear when it began it is told when it asks.
    const isAskedFor = all.some(
      (it) =>
        !it.heard.has(client) &&
        it.at > since - longestUnheard &&
        Math.min(it.endedAt, it.announcedAt) > since,
    )
    // A leader that was frozen goes on claiming its failover, also if another one has announced the same node
    // meanwhile: it may promote it yet. Writes are held until it gives it up (docs/failover.md, row 14).
    const isClaimed = all.some(
      (it) => Math.min(it.endedAt, it.announcedAt) > since && this.#isClaimed(it, client),
    )
    if (isAskedFor || isClaimed) return false
    const last = heard.at(-1)
    if (last === undefined) return false
    const isBefore = (told: ReadonlyMap<string, number>) =>
      (told.get(client) ?? Number.POSITIVE_INFINITY) <= since
    return heard.every(
      (it) => (it !== last && isBefore(it.heardOfPromotion)) || isBefore(it.heardOfAbort),
    )
  }

  /** Whether the promoted node had that write when it was promoted. */
  isKept({ promotion }: FailoverRecord, record: WriteRecord): boolean {
    return this.#has(promotion?.head, record)
  }

  /** Whether the old master had that write by then. */
  wasThere({ promotion }: FailoverRecord, record: WriteRecord): boolean {
    return this.#has(promotion?.headOfMaster, record)
  }

  #has(head: WriteRecord | undefined, record: WriteRecord): boolean {
    if (head === undefined) return false
    const known = this.#histories.get(head) ?? historyOf(head)
    this.#histories.set(head, known)
    return known.has(record)
  }

  /** Whether its leader, which that client reaches, says now that it leads it. */
  #isClaimed({ leader, shard, master }: FailoverRecord, client: string): boolean {
    const { sentinels, clients, network } = this.#world
    const { isRunning, masters, surroundings } = sentinels.find(({ name }) => name === leader)!
    const { host } = surroundings
    const own = clients.find(({ name }) => name === client)!.host
    const claim = masters.get(shard)
    return (
      isRunning &&
      !host.isFrozen &&
      !network.isCut(host, own) &&
      !network.isCut(own, host) &&
      claim?.isFailingOver === true &&
      leadingStates.includes(claim.failoverState) &&
      claim.address.host === master.address.host
    )
  }

  #latest(sentinel: string, shard: string): FailoverRecord | undefined {
    return this.all.findLast((it) => it.leader === sentinel && it.shard === shard)
  }

  /** `master NAME IP PORT` */
  #begin(leader: string, payload: string, at: number): void {
    const [, shard, host] = payload.split(' ')
    this.all.push({
      shard: shard!,
      leader,
      at,
      master: this.#nodeAt(shard!, host!),
      selected: undefined,
      isSound: true,
      promotion: undefined,
      endedAt: Number.POSITIVE_INFINITY,
      announcedAt: Number.POSITIVE_INFINITY,
      heard: new Map(),
      heardOfPromotion: new Map(),
      heardOfAbort: new Map(),
    })
  }

  /** `slave IP:PORT IP PORT @ NAME MIP MPORT` */
  #select(leader: string, payload: string): void {
    const [, , host, , , shard, masterHost] = payload.split(' ')
    const failover = this.#latest(leader, shard!)
    if (failover === undefined) return
    failover.selected = this.#nodeAt(shard!, host!)
    const { link } = failover.selected
    failover.isSound = link?.isConnected === true && link.master.host === masterHost
  }

  #end(leader: string, payload: string, at: number): void {
    const failover = this.#latest(leader, payload.split(' ')[1]!)
    if (failover !== undefined) failover.endedAt = Math.min(failover.endedAt, at)
  }

  #promoted(node: RedisNode): void {
    const failover = this.all.findLast(({ selected }) => selected === node)
    if (failover === undefined || failover.promotion !== undefined) return
    const { now } = this.#world.time
    if (failover.endedAt < now) return
    failover.promotion = { at: now, head: node.head, headOfMaster: failover.master.head }
  }

  /** One that was a master already did not become one. */
  #announced(leader: string, payload: string): void {
    const [, , host, , , shard] = payload.split(' ')
    const failover = this.#latest(leader, shard!)
    if (failover !== undefined) failover.announcedAt = this.#world.time.now
    this.#promoted(this.#nodeAt(shard!, host!))
  }

  #nodeAt(shard: string, host: string): RedisNode {
    return this.#world.nodesOf(shard).find(({ address }) => address.host === host)!
  }
}

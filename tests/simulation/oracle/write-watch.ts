import type { SimulatedSocket } from '../network/simulated-socket.js'
import type { RedisNode } from '../node/redis-node.js'
import type { Fault } from '../schedule/fault.js'
import type { Schedule } from '../schedule/schedule.js'
import type { Adoption, Application } from '../workload/application.js'
import type { Ledger } from '../workload/ledger.js'
import type { Operation } from '../workload/operation.js'
import type { World } from '../world/world.js'
import type { FailoverRecords } from './failover-records.js'
import { isReplaced } from './is-replaced.js'
import { nameOf } from './judge-operations.js'

type Violate = (kind: string, what: string) => void

/** ms around a failover in which nothing else may strike, for the old master to be known to live. */
const calm = 3000

/** Faults that leave the old master and the way to it alone. */
const elsewhere: ReadonlySet<Fault['kind']> = new Set([
  'plannedFailover',
  'sentinelCrash',
  'sentinelFreeze',
  'sentinelReset',
  'sentinelWipe',
  'sentinelForgets',
])

/**
 * What has to hold of every write when it leaves its process and when it is executed, whatever was done to
 * the world: a client writes only where it has reason to.
 */
export class WriteWatch {
  readonly #world: World
  readonly #schedule: Schedule
  readonly #beginning: number
  readonly #ledger: Ledger
  readonly #records: FailoverRecords
  readonly #violate: Violate
  /** Where the bytes of a call went last. */
  readonly #sockets = new Map<Operation, SimulatedSocket>()

  constructor(
    world: World,
    schedule: Schedule,
    beginning: number,
    ledger: Ledger,
    records: FailoverRecords,
    violate: Violate,
  ) {
    this.#world = world
    this.#schedule = schedule
    this.#beginning = beginning
    this.#ledger = ledger
    this.#records = records
    this.#violate = violate
  }

  /** Bytes leave a client. */
  sent({ process }: Application, text: string, socket: SimulatedSocket): void {
    const { now } = this.#world.time
    const operations = this.#ledger.sent(text, now)
    if (operations.length === 0) return
    if (socket.toldRole !== 'master') {
      const told = socket.toldRole ?? 'nothing'
      this.#violate(
        'written without its role',
        `${process.name} to ${socket.remote}, which said ${told}`,
      )
    }
    for (const operation of operations) {
      if (!operation.isApart) this.#checkRetired(operation, socket, process.sockets)
      this.#sockets.set(operation, socket)
    }
  }

  /** A node executes a write that a client had sent. */
  executed(operation: Operation, node: RedisNode, application: Application): void {
    const sentAt = this.#ledger.sentAt(operation)
    // One that may be repeated has been sent more than once, for all that is known.
    if (sentAt === undefined || operation.mayRepeat) return
    if (isReplaced(this.#world, application, node, sentAt)) operation.isAtReplaced = true
    const shard = this.#world.shardOf(node)
    const leftAt = application.left.get(shard)?.get(node.address.host)
    // A lane of its own goes to a node without a word to the application.
    if (leftAt !== undefined && sentAt > leftAt && !operation.isApart) {
      this.#violate(
        'written to a master that was left',
        `${nameOf(operation)} went to ${node.name} at ${sentAt.toFixed(1)}, and Sentinel had named another one at ${leftAt.toFixed(1)}`,
      )
    }
    this.#checkAnnounced(operation, node, application, sentAt)
  }

  /** A client went to another node. */
  adopted(
    application: Application,
    shard: string,
    { from, host, at }: Adoption,
    before: Adoption | undefined,
  ): void {
    if (before?.isProof !== true || before.from !== host || before.host !== from) return
    const { name, plan, renamedAt } = application
    const isFresh = at - before.at < plan.gateTimeout
    const isNews = (renamedAt.get(shard) ?? 0) > before.at
    const node = this.#world.nodesOf(shard).find(({ address }) => address.host === from)!
    const isDemoted = node.link !== undefined || node.masterSince > before.at
    const isGivenUp = this.#records.all.some(
      (it) => it.shard === shard && (it.heardOfAbort.get(name) ?? 0) > before.at,
    )
    // A leader that was reset or restarted says that it leads no failover.
    const isForgotten = this.#schedule.faults.some(
      (it) =>
        it.kind.startsWith('sentinel') &&
        this.#beginning + it.at + it.duration > before.at - 5000 &&
        this.#beginning + it.at < at,
    )
    if (!isFresh || isNews || isDemoted || isGivenUp || isForgotten) return
    this.#violate(
      'goes back to a replaced master',
      `${name} went from ${from} back to ${host}, ${(at - before.at).toFixed(0)} ms after ${from} had proved to be the master`,
    )
  }

  /** Nothing is written to a new connection before all commands of the one before are settled or queued again. */
  #checkRetired(
    { client }: Operation,
    socket: SimulatedSocket,
    open: ReadonlySet<SimulatedSocket>,
  ): void {
    for (const other of this.#ledger.pending) {
      if (other.client !== client || other.isApart) continue
      const before = this.#sockets.get(other)
      if (before === undefined || before === socket || !open.has(before)) continue
      if (this.#shardAt(before) !== this.#shardAt(socket)) continue
      this.#violate(
        'two connections at a time',
        `${client} writes to ${socket.remote} while ${nameOf(other)} is under way over another connection, to ${before.remote}`,
      )
      return
    }
  }

  /** While the old master lives, a promoted node is not written to before Sentinel has announced it. */
  #checkAnnounced(
    operation: Operation,
    node: RedisNode,
    { name, plan }: Application,
    sentAt: number,
  ): void {
    if (plan.openOn !== 'confirmed') return
    const failover = this.#records.all.findLast(({ selected }) => selected === node)
    if (failover?.promotion === undefined || failover.master === node) return
    const { heardOfPromotion, promotion, master, shard, at } = failover
    if (sentAt < promotion.at || (heardOfPromotion.get(name) ?? Number.POSITIVE_INFINITY) <= sentAt)
      return
    const isMasterSound = master.isRunning && master.link === undefined
    if (!isMasterSound || !this.#isCalm(shard, at, sentAt)) return
    this.#violate(
      'written before it was announced',
      `${nameOf(operation)} went to ${node.name} at ${sentAt.toFixed(1)}: promoted at ${promotion.at.toFixed(1)}, not announced to ${name}, and ${master.name} lives`,
    )
  }

  #shardAt({ remote }: SimulatedSocket): string | undefined {
    const [host] = remote.split(':')
    const node = this.#world.nodes.find(({ address }) => address.host === host)
    return node && this.#world.shardOf(node)
  }

  #isCalm(shard: string, from: number, to: number): boolean {
    return !this.#schedule.faults.some(({ kind, at, duration, targets }) => {
      if (elsewhere.has(kind)) return false
      const begin = this.#beginning + at
      const isNear = begin < to && begin + duration > from - calm
      const isOfOtherShard = targets.every(
        (target) => target.startsWith('shard-') && target.split('/')[0] !== shard,
      )
      return isNear && !isOfOtherShard
    })
  }
}

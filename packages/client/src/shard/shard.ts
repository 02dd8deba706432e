import { type Address, type DisredisError, isSameAddress } from '@disredis/sentinel'
import type { Command, ReplyHold } from '../commands/command.js'
import { judgeLinks, type LinkVerdict } from '../connection/link-verdict.js'
import type { ConnectionOwner, ShardConnection } from '../connection/shard-connection.js'
import { RoleMismatchError } from '../errors.js'
import { Backoff } from '../queueing/backoff.js'
import type { Ticked } from '../queueing/ticker.js'
import { CommandFlow } from './command-flow.js'
import { type FailoverAttempt, FailoverGate, type MasterFate } from './failover-gate.js'
import { gates } from './gate-channel.js'
import { LinkCheck } from './link-check.js'
import { MasterBelief } from './master-belief.js'
import { admitted, MasterDialler } from './master-dialler.js'
import { connectionLost, demoted, masterSilent, noMaster } from './master-errors.js'
import { Outage } from './outage.js'
import { ServingConnection } from './serving-connection.js'
import type { ShardContext, ShardOptions } from './shard-context.js'
import type { LastFailover, ShardHealth } from './shard-health.js'
import { checkMove, type ShardPhase } from './shard-phase.js'

/** Why a gate opens of which nothing is known. */
const timeoutReason = 'timeout'

/** A further connection to the master, which ends when another node serves. */
export interface ShardSession {
  /** Set while the master is being replaced: it gets the replies to writes. */
  replyHold: ReplyHold | undefined
  end(): void
  /** The shard's phase or connection may be another, or what that connection says of itself. */
  shardChanged?(): void
}

/** A gate belongs to the phase that it makes. */
type ShardState =
  | { readonly phase: Exclude<ShardPhase, 'gated'> }
  | { readonly phase: 'gated'; readonly gate: FailoverGate }

/** Reasons for which a Sentinel gives up before it has promoted anybody: another one may have. */
const beforePromotion: ReadonlySet<string> = new Set(['not-elected', 'no-good-slave'])

/**
 * One Sentinel master name and the connection to whoever serves it: it finds the master, follows it,
 * and tells the {@link CommandFlow} where commands may be written.
 *
 * Invariants, whatever happens:
 * - a node serves only after it said `master` to ROLE on that very connection;
 * - nothing is written to a new connection before every command of the ones before it is settled or
 *   queued again;
 * - what a replaced connection says concerns its own commands only;
 * - what a gate holds it holds only as long as the shard is in the state that has the gate;
 * - while nothing serves and there is no gate, the master is dialled, or its silent link is looked at again.
 */
export class Shard implements ConnectionOwner, Ticked {
  readonly name: string
  /** Takes the shard's commands. */
  readonly flow: CommandFlow
  readonly #options: ShardOptions
  readonly #context: ShardContext
  readonly #belief: MasterBelief
  readonly #dialler: MasterDialler
  readonly #serving: ServingConnection
  readonly #linkCheck: LinkCheck
  readonly #outage: Outage
  readonly #drainWaiters = new Set<() => void>()
  readonly #sessions = new Set<ShardSession>()
  #state: ShardState = { phase: 'connecting' }
  #servedBy: Address | undefined
  #lastFailover: LastFailover | undefined

  constructor(name: string, options: ShardOptions, context: ShardContext) {
    const { runtime, batch } = context
    this.name = name
    this.#options = options
    this.#context = context
    this.#outage = new Outage(name, context.emit)
    this.flow = new CommandFlow({
      name,
      isLane: options.isLane,
      limits: options.queue,
      runtime,
      batch,
      onPending: () => context.ticker.watch(this),
      lastError: () => this.#outage.error,
      isCongested: () => this.phase === 'ready' && this.#serving.isCongested,
      generation: () => this.generation,
    })
    this.#linkCheck = new LinkCheck(runtime, options.livenessTimeout)
    this.#serving = new ServingConnection(this, batch)
    this.#belief = new MasterBelief({
      runtime,
      named: context.masterAddress,
      leftMasters: context.leftMasters,
      proofLasts: options.gate.timeout,
      mayBeAnnounced: () =>
        this.phase === 'ready' &&
        (context.failover() !== undefined || !context.areSentinelsInReach()),
      onLapsed: (address) => {
        if (this.phase === 'ready') this.#returnToNamed(address)
      },
    })
    this.#dialler = new MasterDialler({
      shard: name,
      runtime,
      dial: context.dial,
      admit: context.admit,
      roleTimeout: options.connectTimeout,
      backoff: new Backoff(25, 1000, runtime.random),
      address: () => this.#belief.address,
      onMaster: (connection) => this.#masterAnswered(connection),
      onFailure: (address, error) => this.#dialFailed(address, error),
    })
  }

  get isLane(): boolean {
    return this.#options.isLane
  }

  get phase(): ShardPhase {
    return this.#state.phase
  }

  get #gate(): FailoverGate | undefined {
    return this.#state.phase === 'gated' ? this.#state.gate : undefined
  }

  /** Writes go to the master as they come. */
  get takesWrites(): boolean {
    return this.phase === 'ready' && !this.#outage.isFenced
  }

  /** Counts the connections that served: what a server said holds for its generation only. */
  get generation(): number {
    return this.#serving.generation
  }

  get #isAnswering(): boolean {
    return this.connection !== undefined && !this.connection.isSilent
  }

  /** The one that serves. */
  get connection(): ShardConnection | undefined {
    return this.#serving.current
  }

  /** The node that serves, or else that is believed to. */
  get master(): Address | undefined {
    return this.connection?.address ?? this.#belief.address
  }

  /**
   * Begins to dial; not a master that is being replaced just now. Commands may be sent before.
   *
   * @param beside of a lane: the shard itself. What it has proved, and the failovers whose end it waits for, the
   *   Sentinels may not tell any more.
   */
  start(beside?: Shard): void {
    this.#belief.hearTopology()
    if (beside !== undefined) this.#learnFrom(beside)
    this.#joinTold()
    if (this.#gate === undefined) this.#dialler.restart()
  }

  #learnFrom(shard: Shard): void {
    const { proved } = shard.#belief
    if (proved !== undefined) this.#belief.prove(proved)
    const gate = shard.#gate
    if (gate === undefined) return
    for (const attempt of gate.attempts) this.#join(gate.master, attempt)
  }

  /** The failover that the topology has. */
  #joinTold(): void {
    const failover = this.#context.failover()
    if (failover === undefined) return
    const { master, replica, sentinel } = failover
    this.#join(master, { leader: sentinel.address, replica })
  }

  /** A failover has begun before this shard could hear of it. */
  #join(master: Address, { leader, replica }: FailoverAttempt): void {
    this.failoverStarted(master, leader)
    if (replica !== undefined) this.replicaSelected(replica, master, leader)
  }

  /** There is a new topology: Sentinel may name another address. */
  masterMoved(): void {
    if (this.phase === 'closed') return
    const address = this.#belief.hearTopology()
    if (address === undefined) return
    // One that is out of date may be believed for a moment: the failover ends with the word of its leader.
    const isUnderWay = isSameAddress(this.#context.failover()?.master, address)
    if (isSameAddress(address, this.connection?.address)) {
      if (this.#gate !== undefined && !isUnderWay)
        this.#openGate('the Sentinels name the present master')
      return
    }
    if (this.#gate?.isOf(address) && isUnderWay) return
    this.#gate?.confirm(address)
    // The old master may go on acknowledging writes that will be lost: hold them at once.
    if (this.#gate === undefined && this.connection !== undefined) {
      this.#closeGate(this.connection.address)
    }
    if (!this.#gate?.isProbing(address)) this.#dialler.restart()
  }

  /** @param leader the Sentinel that leads it */
  failoverStarted(master: Address, leader: Address): void {
    if (this.phase === 'closed') return
    if (this.#gate === undefined) {
      const current = this.master
      // Told late, of a master that was left already.
      if (current !== undefined && !isSameAddress(current, master)) return
      this.#closeGate(master)
    }
    if (this.#gate?.isOf(master)) this.#gate.beginAttempt(leader)
  }

  /**
   * @param master the one that it is to replace: not that of a gate which is still to reach its successor
   * @param leader the Sentinel that has chosen it
   */
  replicaSelected(address: Address, master: Address, leader: Address): void {
    if (this.#gate?.isOf(master)) this.#gate.select(address, leader)
  }

  replicaPromoted(address: Address): void {
    if (this.phase === 'closed' || isSameAddress(address, this.connection?.address)) return
    if (this.#gate === undefined) {
      const from = this.master
      // `+switch-master` came first, and its address is being dialled.
      if (from === undefined || isSameAddress(from, address)) return
      this.#closeGate(from)
    }
    this.#gate?.confirm(address)
    this.#gate?.probe(address)
  }

  /**
   * @param leader the Sentinel that has given up
   * @param error says why; told with what is rejected until a master serves again
   */
  failoverAborted(reason: string, leader: Address, error: DisredisError): void {
    if (this.phase === 'closed') return
    this.#gate?.endAttempt(leader)
    // What became of the attempt of one that is out of reach the others do not know.
    if (this.#gate?.attempts.some((it) => !this.#context.isSentinelInReach(it.leader))) return
    if (this.#gate !== undefined) this.#openGate(reason)
    else if (!this.#isAnswering) {
      this.#context.emit('failoverAborted', { shard: this.name, reason })
    } else if (this.connection !== undefined && !beforePromotion.has(reason)) {
      this.#returnToNamed(this.connection.address)
    }
    if (!this.#isAnswering) this.#outage.failoverAborted(error)
  }

  /**
   * Sentinel gave up the failover that this node had proved, or never announced it: it will be made a replica
   * again, and what it acknowledges until then is lost. The named master serves again as soon as it answers.
   */
  #returnToNamed(served: Address): void {
    const named = this.#context.masterAddress()
    if (named === undefined || isSameAddress(named, served)) return
    this.#belief.reject(served)
    this.#dialler.restart()
  }

  /** Holds writes while there is an `error`; reads go on. */
  fence(error: DisredisError | undefined): void {
    if (this.phase === 'closed') return
    this.#outage.fence(error)
    this.#updateTargets()
  }

  health(): ShardHealth {
    return {
      shard: this.name,
      phase: this.phase,
      isAnswering: this.#isAnswering,
      master: this.master,
      queue: this.flow.queued,
      inFlight: this.connection?.inFlight ?? 0,
      lastFailover: this.#lastFailover,
      lastError: this.#outage.error,
      isFenced: this.#outage.isFenced,
    }
  }

  /** Resolves when no command is pending. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drainWaiters.add(resolve)
      this.#context.ticker.watch(this)
    })
  }

  /** A connection that a caller has to the present master, beside the shard's own, until it is detached. */
  attach(session: ShardSession): void {
    this.#sessions.add(session)
  }

  detach(session: ShardSession): void {
    this.#sessions.delete(session)
  }

  /**
   * Asks the node that serves for other connections to it, on which callers wait.
   *
   * @param silence ms in which a sign of life on them has arrived, if they live
   */
  async judgeLinks(links: readonly ShardConnection[], silence: number): Promise<LinkVerdict[]> {
    const witness = this.connection
    if (witness === undefined || witness.isSilent) return links.map(() => 'unknown')
    // It may fall silent itself.
    this.#context.ticker.watch(this)
    return judgeLinks(witness, links, silence, true)
  }

  /** Final: what is pending is rejected, everything is closed. */
  close(): void {
    if (this.phase === 'closed') return
    this.#dialler.stop()
    this.#belief.forget()
    this.#moveTo({ phase: 'closed' })
    for (const session of this.#sessions) session.end()
    this.flow.close()
    this.#serving.destroyAll()
    this.#settleDrainWaiters()
  }

  commandFailed(command: Command, error: Error, connection: ShardConnection): void {
    const isDemoted = this.flow.takeBack(command, error, connection)
    if (isDemoted) this.#masterDemoted(connection, error)
  }

  /** @param cause what the node answered, if it refused something */
  #masterDemoted(connection: ShardConnection, cause?: Error): void {
    if (connection !== this.connection) return
    this.#serving.drain()
    this.#context.ticker.watch(this)
    this.#rejectMaster(connection.address)
    this.#masterLost(connection.address, demoted(this.name, connection, cause))
  }

  connectionClosed(connection: ShardConnection): void {
    const isLost = this.#serving.hasClosed(connection)
    if (this.phase === 'closed') return
    if (isLost) this.#masterLost(connection.address, connectionLost(this.name, connection))
    this.#updateTargets()
  }

  connectionChanged(connection: ShardConnection): void {
    if (connection !== this.connection || this.phase === 'closed') return
    if (!connection.isSilent && (this.phase === 'ready' || this.phase === 'down')) {
      this.#masterThawed(connection.address)
    }
    this.#updateTargets()
  }

  tick(now: number): boolean {
    const isPending = this.flow.tick(now)
    this.#serving.tick(now)
    this.#judgeSilence(now)
    if (!isPending) this.#settleDrainWaiters()
    const isAsked = this.connection !== undefined && this.connection.inFlight > 0
    return isPending || isAsked || this.#serving.isRetiring
  }

  /** Asked before its promotion, so that it need not wait for it then. */
  readonly #dialPromoted: ShardContext['dial'] = async (address, signal) => {
    const { dial, admit } = this.#context
    const connection = await dial(address, signal)
    return admit === undefined ? connection : admitted(this.name, connection, admit)
  }

  #masterAnswered(connection: ShardConnection): void {
    const current = this.connection
    const isSame = isSameAddress(current?.address, connection.address)
    if (this.phase === 'closed' || (isSame && current?.isSilent === false)) connection.destroy()
    else if (connection.isClosed) this.#dialler.restartSoon()
    else if (isSame && current !== undefined) this.#judgeLink(current, connection)
    else this.#adopt(connection)
  }

  /** The link is silent, and its node answers on another one, which takes over if the first is dead. */
  #judgeLink(silent: ShardConnection, witness: ShardConnection): void {
    const silence = this.#serving.silence(this.#context.runtime.now())
    void this.#linkCheck.run(silent, silence, witness, () => {
      const isWanted = this.phase === 'ready' || this.phase === 'down'
      if (silent !== this.connection || !silent.isSilent || !isWanted) return false
      this.#adopt(witness)
      return true
    })
  }

  #adopt(connection: ShardConnection): void {
    const { runtime, emit, onServing, reportMasterFound } = this.#context
    const from = this.#servedBy
    const to = connection.address
    const since = this.#gate?.since ?? this.#outage.since
    this.#dialler.stop()
    this.#moveTo({ phase: 'ready' }, 'replaced or unknown', connection)
    this.#outage.end()
    this.#servedBy = to
    this.#belief.prove(to)
    this.#serving.replaceBy(connection)
    const isReplaced = from !== undefined && !isSameAddress(from, to)
    // What they would still be told is of a master that is none.
    if (isReplaced) for (const session of this.#sessions) session.end()
    this.flow.forgetRefusals()
    // It may be about to be replaced in its turn, which the gate of the failover before did not look at.
    const next = this.#context.failover()
    const isNext = next !== undefined && isSameAddress(next.master, to)
    this.#updateTargets(isNext)
    if (isReplaced) {
      const duration = since === undefined ? 0 : runtime.now() - since
      this.#lastFailover = { from, to, duration }
      emit('failoverCompleted', { shard: this.name, from, to, duration })
    }
    this.#outage.tellEnd(to)
    onServing()
    reportMasterFound(to)
    if (isNext) this.#joinTold()
  }

  /** It answers again: another connection that was dialled meanwhile is not needed. */
  #masterThawed(address: Address): void {
    this.#dialler.stop()
    if (this.phase !== 'down') return
    this.#moveTo({ phase: 'ready' })
    // A proof may have lapsed meanwhile: if Sentinel does not announce it now, the node is left.
    this.#belief.prove(address)
    this.#outage.end()
    this.#outage.tellEnd(address)
    this.#context.onServing()
  }

  #dialFailed(address: Address, error: DisredisError): void {
    this.#outage.failed(error)
    if (error instanceof RoleMismatchError) this.#rejectMaster(address)
    this.#context.requestRefresh()
    if (this.phase === 'connecting') {
      this.#moveTo({ phase: 'down' })
      this.#outage.begin(this.#context.runtime.now())
      this.#outage.tell(address, error)
    }
    if (this.phase === 'ready' && this.connection?.isSilent) {
      const silent = masterSilent(this.name, this.connection, error)
      this.#outage.begin(this.connection.waitingSince)
      this.#outage.failed(silent)
      this.#moveTo({ phase: 'down' })
      this.#updateTargets()
      this.#outage.tell(address, silent)
    }
    if (error.retryable) return
    this.flow.rejectQueued(error)
    this.#context.onHopeless(error)
  }

  /** The connection does not serve any more. */
  #masterLost(address: Address, error: DisredisError): void {
    this.#outage.failed(error)
    this.#outage.begin(this.#context.runtime.now())
    this.#context.requestRefresh()
    // It has stopped if the node answered while the link that is lost now was silent.
    const isDialled = this.phase === 'down' && this.#dialler.isRunning
    if (this.phase === 'ready') this.#moveTo({ phase: 'down' })
    if (this.phase === 'down' && !isDialled) this.#dialler.restartSoon()
    this.#updateTargets()
    this.#outage.tell(address, error)
  }

  /** The node there said that it is a replica. */
  #rejectMaster(address: Address): void {
    this.#belief.reject(address)
    this.#context.reportMasterRejected(address)
  }

  /** ms for which replies are overdue without a byte: beyond the way there and back, and what waits by nature. */
  get #silence(): number {
    const silence = this.#serving.silence(this.#context.runtime.now())
    return silence - (this.connection?.roundTrip ?? 0) - this.#options.longestWait()
  }

  #judgeSilence(now: number): void {
    const connection = this.connection
    const silence = this.#silence
    if (connection === undefined || silence <= 0) return
    if (silence > this.#options.silenceTimeout && !connection.isSilent) {
      connection.isSilent = true
      this.#updateTargets()
      this.#context.requestRefresh()
    }
    // Down, too: its node may have answered on another one and said that this one lives.
    const isWanted = this.phase === 'ready' || this.phase === 'down'
    const isDialDue = isWanted && this.#linkCheck.isDue(silence, now)
    if (isDialDue && !this.#dialler.isRunning) this.#dialler.restart()
  }

  #closeGate(master: Address): void {
    this.#dialler.stop()
    const { connection } = this
    const silentSince = connection?.isSilent ? connection.waitingSince : undefined
    const gate = new FailoverGate(master, this.#outage.since ?? silentSince, {
      ...this.#options.gate,
      connectTimeout: this.#options.connectTimeout,
      runtime: this.#context.runtime,
      dial: this.#dialPromoted,
      oldMaster: connection,
      onProbeFailed: (_address, error) => {
        this.#outage.failed(error)
        if (!error.retryable) this.#context.onHopeless(error)
      },
      isUnderWay: () => isSameAddress(this.#context.failover()?.master, master),
      translate: this.#context.translate,
      replicas: this.#context.replicas,
      leftMasters: this.#context.leftMasters,
      // One that was never dialled may live, for all that is known; so may one that is busy for a while.
      isMasterGone: () =>
        this.#outage.since !== undefined || this.#silence > this.#options.livenessTimeout,
      onPromoted: (connection) => this.#masterAnswered(connection),
      onDemotedLate: (oldMaster) => this.#masterDemoted(oldMaster),
      onTimeout: () => {
        this.#context.requestRefresh()
        this.#openGate(timeoutReason)
      },
    })
    this.#moveTo({ phase: 'gated', gate })
    if (gates.hasSubscribers) {
      gates.publish({ shard: this.name, isLane: this.isLane, master, step: 'closed' })
    }
    for (const session of this.#sessions) session.replyHold = gate.withheld
    this.#updateTargets()
    this.#context.emit('failoverStarted', { shard: this.name, master })
  }

  /** The failover did not happen: back to the master that Sentinel still names. */
  #openGate(reason: string): void {
    const connection = this.connection
    const named = this.#context.masterAddress()
    const isNamed = named === undefined || isSameAddress(connection?.address, named)
    // One that said by ROLE that it is a replica has to say `master` again, like any other node.
    const isStillMaster = isNamed && this.#gate?.isDemoted === false
    if (connection !== undefined && isStillMaster) {
      const isInDoubt = reason === timeoutReason || this.#gate?.isConfirmed === true
      this.#moveTo({ phase: 'ready' }, isInDoubt ? 'replaced or unknown' : 'stays')
    } else {
      this.#moveTo({ phase: 'down' })
      this.#serving.discard()
      this.#dialler.restart()
    }
    this.#updateTargets()
    if (this.phase === 'down') {
      this.#outage.begin(this.#context.runtime.now())
      this.#outage.tell(named, this.#outage.error ?? noMaster(this.name, reason))
    }
    this.#context.emit('failoverAborted', { shard: this.name, reason })
  }

  /**
   * The one place that changes the state. A gate that is left has ended.
   *
   * @param fate of the master that was being replaced
   * @param kept the connection of the gate's probe that was taken over, if one was
   */
  #moveTo(
    state: ShardState,
    fate: MasterFate = 'replaced or unknown',
    kept?: ShardConnection,
  ): void {
    checkMove(this.#state.phase, state.phase)
    const gate = this.#gate
    this.#state = state
    if (gate === undefined) return
    for (const session of this.#sessions) session.replyHold = undefined
    gate.end(fate, kept)
    if (!gates.hasSubscribers) return
    const { name: shard, isLane } = this
    const { master, duration } = gate
    gates.publish({ shard, isLane, master, step: 'opened', fate, duration })
  }

  /**
   * The one place that says where commands may be written.
   *
   * @param isToBeGated writes are held already
   */
  #updateTargets(isToBeGated = false): void {
    const isServing = this.phase === 'ready' || this.phase === 'gated'
    const read = isServing ? this.#serving.usable : undefined
    const isHeld = isToBeGated || this.phase === 'gated' || this.#outage.isFenced
    this.flow.setTargets(isHeld ? undefined : read, read)
    for (const session of this.#sessions) session.shardChanged?.()
  }

  #settleDrainWaiters(): void {
    for (const resolve of this.#drainWaiters) resolve()
    this.#drainWaiters.clear()
  }
}

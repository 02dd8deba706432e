import { Disredis, DisredisError, type DisredisOptions } from '@disredis/client'
import { createRing, type HashRing } from '@disredis/hash-ring'
import type { Random } from '../core/random.js'
import type { ClientProcess } from '../world/client-process.js'
import type { World } from '../world/world.js'
import { BlockingUser } from './blocking-user.js'
import type { ClientPlan } from './client-plan.js'
import type { Ledger } from './ledger.js'
import { type Operation, tokenOf } from './operation.js'
import { type OperationKind, operationKinds } from './operation-kinds.js'
import { SubscribingUser } from './subscribing-user.js'
import type { UserContext } from './user-context.js'

export interface ApplicationContext extends UserContext {
  readonly world: World
  readonly ledger: Ledger
  /** Its client knows another master than before. */
  readonly onNamed?: (application: Application, shard: string, host: string) => void
  readonly onAdoption?: (
    application: Application,
    shard: string,
    adoption: Adoption,
    before: Adoption | undefined,
  ) => void
}

/** That a client went from one node to another. */
export interface Adoption {
  readonly from: string
  readonly host: string
  readonly at: number
  /** By the node's word alone: Sentinel named another one. */
  readonly isProof: boolean
}

const push = operationKinds.find(({ name }) => name === 'RPUSH')!

/** Not a legal value of the client's options: never written to any log. */
const password = 'not-to-be-told'

/** A process with one client, its users, and the book that they keep. */
export class Application {
  readonly process: ClientProcess
  readonly plan: ClientPlan
  readonly #context: ApplicationContext
  readonly #random: Random
  readonly #weights: readonly OperationKind[]
  client: Disredis | undefined
  subscriber: SubscribingUser | undefined
  blocker: BlockingUser | undefined
  isClosed = false
  /** By shard: the node that it went to in its last failover. */
  readonly adopted = new Map<string, Adoption>()
  /** By shard: the masters that Sentinel has named and names no more, and since when. */
  readonly left = new Map<string, Map<string, number>>()
  /** By shard: when it was told another master. */
  readonly renamedAt = new Map<string, number>()
  #isStopped = false

  constructor(plan: ClientPlan, context: ApplicationContext) {
    this.plan = plan
    this.#context = context
    this.process = context.world.addClient()
    context.world.network.moveAway(this.process.host, plan.distance ?? 0)
    this.#random = context.world.random.fork(`${this.process.name}/users`)
    this.#weights = operationKinds.flatMap((kind) => Array<OperationKind>(kind.weight).fill(kind))
  }

  get name(): string {
    return this.process.name
  }

  start(): void {
    if (this.#isStopped) return
    this.process.enter()
    const { plan } = this
    this.client = new Disredis({
      sentinels: this.#context.world.sentinelAddresses,
      masters: this.#context.world.plan.shards.map(({ name }) => name),
      ring: ringOf(this.#context.world.plan.shards.map(({ name }) => name)),
      connectionName: this.name,
      runtime: this.process,
      openSocket: this.process.openSocket as unknown as NonNullable<DisredisOptions['openSocket']>,
      username: 'default',
      password: this.#context.world.plan.node.password === undefined ? undefined : password,
      commandTimeout: plan.commandTimeout,
      connectTimeout: plan.connectTimeout,
      retryWrites: plan.retryWrites,
      sentinelPollInterval: plan.pollInterval,
      queue: { maxCommands: plan.queueCommands },
      failoverGate: {
        timeout: plan.gateTimeout,
        openOn: plan.openOn,
        probeInterval: plan.probeInterval,
      },
    })
    this.#listen(this.client)
    for (let user = 0; user < plan.users; user++) this.#think(plan.thinkTime)
    if (plan.subscribes) {
      this.subscriber = new SubscribingUser(this.client, this.process, this.#context)
    }
    if (plan.blocks) this.blocker = new BlockingUser(this.client, this.process, this.#context)
  }

  /** Some calls just then: where something happens they tell most. */
  salvoAt(at: number): void {
    this.process.setOwnTimer(() => {
      if (this.client !== undefined && !this.#isStopped) this.#work(false)
    }, at - this.#context.world.time.now)
  }

  /** Further users write to a shard for a while, each one call after the other. */
  streamAt(shard: string, at: number, duration: number): void {
    const { stream } = this.plan
    if (stream === undefined) return
    const { world } = this.#context
    const end = at + duration
    for (let user = 1; user <= stream.users; user++) {
      const next = () => {
        if (this.client?.topology === undefined || this.#isStopped || world.time.now > end) return
        this.#issue(push, this.#keyOn(shard, user), undefined, () =>
          this.process.setOwnTimer(next, stream.pause),
        )
      }
      this.process.setOwnTimer(next, at - world.time.now)
    }
  }

  /** The users make no more calls. */
  stopUsers(): void {
    this.#isStopped = true
    this.blocker?.stop()
  }

  close(timeout = 2000): void {
    if (this.client === undefined || this.isClosed) return
    this.process.enter()
    this.#note('closes its client')
    for (const { phase } of this.client.health().shards) {
      this.#context.onReached(`shard ${phase} -> closed`)
    }
    this.stopUsers()
    this.client.close({ timeout }).then(
      () => {
        this.isClosed = true
        this.#note('its client is closed')
      },
      (error: Error) => this.#context.onViolation(`close() rejected: ${error.message}`),
    )
  }

  /** One call outside of what the users do. */
  call(kind: OperationKind, key: string, timeout?: number): Operation {
    this.process.enter()
    return this.#issue(kind, key, timeout)
  }

  #keyOn(shard: string, user: number): string {
    for (let number = user; ; number += 100) {
      const key = `{${this.name}:stream:${number}}:list`
      if (this.client!.explain(key).shard === shard) return key
    }
  }

  #think(time: number): void {
    this.process.setOwnTimer(() => {
      if (!this.#isStopped) this.#work()
    }, this.#random.exponential(time))
  }

  /** Some calls at once; the next ones follow when all of them have settled. */
  #work(isUser = true): void {
    const calls = this.#random.integer(1, this.plan.burst)
    let left = calls
    const onSettled = () => {
      if (--left === 0 && isUser) this.#think(this.plan.thinkTime)
    }
    for (let call = 0; call < calls; call++) {
      const kind = this.#random.pick(this.#weights)
      const number = this.#random.integer(1, this.plan.keys)
      this.#issue(kind, `{${this.name}:${number}}:${kind.type}`, undefined, onSettled)
    }
  }

  #issue(
    kind: OperationKind,
    key: string,
    timeout: number | undefined,
    onSettled?: () => void,
  ): Operation {
    const { ledger, world } = this.#context
    const client = this.client!
    const id = ledger.operations.length
    const limit = timeout ?? this.plan.commandTimeout
    const isIdempotentCall = kind.isUnconditional === true && this.#random.chance(0.2)
    const operation: Operation = {
      id,
      client: this.name,
      kind: kind.name,
      key,
      token: kind.isWrite && kind.name !== 'INCR' ? tokenOf(id) : undefined,
      isWrite: kind.isWrite,
      mayRepeat:
        kind.isUnconditional === true &&
        (isIdempotentCall || this.plan.retryWrites === 'idempotent'),
      isApart: kind.isApart === true,
      issuedAt: world.time.now,
      deadline: world.time.now + limit,
      shard: client.topology === undefined ? undefined : client.explain(key).shard,
      isAtReplaced: false,
      outcome: 'pending',
      settledAt: Number.POSITIVE_INFINITY,
      reply: undefined,
      error: undefined,
    }
    ledger.add(operation)
    const handle =
      timeout === undefined && !isIdempotentCall
        ? client
        : client.with({
            ...(timeout !== undefined && { timeout }),
            ...(isIdempotentCall && { idempotent: true }),
          })
    const settle = (outcome: Operation['outcome']) => {
      operation.outcome = outcome
      operation.settledAt = world.time.now
      ledger.settled(operation)
      onSettled?.()
    }
    kind.run({ client, handle, key, token: operation.token ?? '' }).then(
      (reply) => {
        operation.reply = reply
        settle('acknowledged')
        if (world.journal.isKept) this.#note(`${label(operation)} -> ${JSON.stringify(reply)}`)
      },
      (error: Error) => {
        operation.error = error
        settle(error instanceof DisredisError && error.mayHaveExecuted ? 'unknown' : 'failed')
        if (world.journal.isKept)
          this.#note(`${label(operation)} -> ${error.name}: ${error.message}`)
      },
    )
    if (world.journal.isKept) this.#note(label(operation))
    return operation
  }

  #listen(client: Disredis): void {
    const { onReached, onViolation } = this.#context
    const told = (event: string, { shard }: { readonly shard: string }, detail = '') => {
      this.#note(`${event} ${shard}${detail}`)
      onReached(`event ${event}`)
    }
    client.on('failoverStarted', (event) => told('failoverStarted', event))
    client.on('failoverCompleted', (event) => {
      this.#adopt(event.shard, event.from.host, event.to.host)
      told('failoverCompleted', event, ` ${event.from.host} -> ${event.to.host}`)
    })
    client.on('failoverAborted', (event) => told('failoverAborted', event, ` (${event.reason})`))
    client.on('shardDown', (event) => told('shardDown', event, `: ${event.error.message}`))
    client.on('shardUp', (event) => told('shardUp', event, ` at ${event.address.host}`))
    client.on('topologyChanged', ({ previous, current }) => {
      onReached('event topologyChanged')
      for (const { name, master } of current.shards.values()) {
        const before = previous?.shards.get(name)?.master.host
        if (before !== master.host) this.#rename(name, before, master.host)
      }
      if (!this.#context.world.journal.isKept) return
      const shards = [...current.shards.values()].map(
        ({ name, master, configEpoch, failover }) =>
          `${name} ${master.host} epoch ${configEpoch}${failover === undefined ? '' : ' (failover)'}`,
      )
      this.#note(`topology: ${shards.join(', ')}`)
    })
    client.on('error', (error) => {
      onReached(`error ${error.name}`)
      const text = `${error.message} ${String(error.stack)}`
      if (text.includes(password) || /t\d+t/.test(text)) {
        onViolation(`an error tells an argument or a secret: ${error.message}`)
      }
    })
  }

  #adopt(shard: string, from: string, to: string): void {
    const { world, onAdoption } = this.#context
    const named = this.client?.topology?.shards.get(shard)?.master.host
    const before = this.adopted.get(shard)
    const adoption = { from, host: to, at: world.time.now, isProof: named !== to }
    this.adopted.set(shard, adoption)
    this.left.get(shard)?.delete(to)
    onAdoption?.(this, shard, adoption, before)
  }

  #rename(shard: string, from: string | undefined, to: string): void {
    const { world, onNamed } = this.#context
    const left = this.left.get(shard) ?? new Map<string, number>()
    this.left.set(shard, left)
    left.delete(to)
    if (from !== undefined) left.set(from, world.time.now)
    this.renamedAt.set(shard, world.time.now)
    onNamed?.(this, shard, to)
  }

  #note(what: string): void {
    this.#context.world.journal.write(this.name, what)
  }
}

const rings = new Map<string, HashRing>()

/** Equal for equal names: made once. */
function ringOf(names: readonly string[]): HashRing {
  const key = names.join()
  const ring = rings.get(key) ?? createRing(names)
  rings.set(key, ring)
  return ring
}

function label({ kind, key, token }: Operation): string {
  return `${kind} ${key}${token === undefined ? '' : ` ${token}`}`
}

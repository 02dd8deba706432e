import { judgeLosses, judgeOrder } from '../oracle/judge-losses.js'
import { judgeOperations } from '../oracle/judge-operations.js'
import type { Violation } from '../oracle/violation.js'
import { requestFailover } from '../sentinel/request-failover.js'
import { Application } from '../workload/application.js'
import type { ClientPlan } from '../workload/client-plan.js'
import { Ledger } from '../workload/ledger.js'
import type { Operation } from '../workload/operation.js'
import { operationKinds } from '../workload/operation-kinds.js'
import { currentProcess } from '../world/current-process.js'
import { World } from '../world/world.js'
import { defaultPlan, type WorldPlan } from '../world/world-plan.js'

export const quietClient: ClientPlan = {
  startAt: 0,
  closeAt: undefined,
  users: 0,
  thinkTime: 100,
  burst: 1,
  keys: 1,
  commandTimeout: 2000,
  connectTimeout: 500,
  gateTimeout: 10_000,
  openOn: 'confirmed',
  probeInterval: 10,
  retryWrites: 'never',
  pollInterval: 1000,
  queueCommands: 100_000,
  subscribes: false,
  blocks: false,
}

const push = operationKinds.find(({ name }) => name === 'RPUSH')!
const transaction = operationKinds.find(({ name }) => name === 'TRANSACTION')!

/** A world with one client that writes all the time, for a fault that is led by hand. */
export class Stage implements AsyncDisposable {
  readonly world: World
  readonly ledger = new Ledger()
  readonly client: Application
  readonly problems: string[] = []
  /** Events of all Sentinels: `+switch-master shard-1 ...`. */
  readonly events: { readonly at: number; readonly sentinel: string; readonly text: string }[] = []
  #isWriting = false

  private constructor(plan: Partial<WorldPlan>, client: Partial<ClientPlan>) {
    this.world = new World({ ...defaultPlan, ...plan }, 'stage', true)
    this.world.listen({
      executed: (node, record) => this.ledger.executed(node, record),
      sentinelEvent: ({ at, sentinel, channel, payload }) =>
        this.events.push({ at, sentinel, text: `${channel} ${payload}` }),
    })
    this.client = new Application(
      { ...quietClient, ...client },
      {
        world: this.world,
        ledger: this.ledger,
        onViolation: (what) => this.problems.push(what),
        onReached: () => {},
      },
    )
    this.client.process.onSent = (text) => this.ledger.sent(text, this.world.time.now)
  }

  /** Everything runs, and the client has written. */
  static async begin(
    plan: Partial<WorldPlan> = {},
    client: Partial<ClientPlan> = {},
  ): Promise<Stage> {
    const stage = new Stage(plan, client)
    stage.world.start()
    await stage.run(6000)
    stage.client.start()
    await stage.run(200)
    stage.write()
    await stage.run(100)
    return stage
  }

  get now(): number {
    return this.world.time.now
  }

  async run(time: number): Promise<void> {
    await this.world.time.run(this.now + time)
  }

  /** Lets time pass until a Sentinel says so, from now on. @throws Error if none does in a minute */
  async until(text: string): Promise<void> {
    const from = this.events.length
    const isSaid = () => this.events.slice(from).some((event) => event.text.startsWith(text))
    await this.world.time.run(this.now + 60_000, isSaid)
    if (!isSaid()) throw new Error(`No Sentinel said ${text}`)
  }

  write(shard = 0): Operation {
    return this.client.call(push, `{stage:${shard}}:${this.client.name}:list`)
  }

  /** An optimistic transaction, over a connection that is there already. */
  transaction(): Operation {
    return this.client.call(transaction, `{stage}:${this.client.name}:watched`)
  }

  /** One write each so many ms, until {@link stopWriting}. */
  keepWriting(interval = 20): void {
    this.#isWriting = true
    const next = () => {
      if (!this.#isWriting) return
      this.write()
      this.client.process.setOwnTimer(next, interval)
    }
    next()
  }

  stopWriting(): void {
    this.#isWriting = false
  }

  plannedFailover(sentinel = 0, option?: 'COORDINATED', shard = 'shard-1'): void {
    const server = this.world.sentinels[sentinel]!
    requestFailover(server, server.masters.get(shard)!, option)
  }

  /** Acknowledged writes that the present master does not have. */
  lost(): Operation[] {
    const lost: Operation[] = []
    const { violations } = judgeLosses(this.world, this.ledger, () => 'it was acknowledged')
    for (const operation of this.ledger.operations) {
      if (violations.some(({ what }) => what.includes(` ${operation.token} `))) lost.push(operation)
    }
    return lost
  }

  /** Broken promises, losses apart. */
  violations(): Violation[] {
    return [
      ...judgeOperations(this.ledger, () => 0),
      ...judgeOrder(this.world, this.ledger),
      ...this.problems.map((what) => ({ kind: 'application', at: this.now, what })),
    ]
  }

  /** Where the client writes now, by its own word. */
  master(shard = 'shard-1'): string | undefined {
    const found = this.client.client!.health().shards.find((it) => it.shard === shard)
    return found?.master?.host
  }

  /** Every write is answered again. */
  async recovers(): Promise<void> {
    for (let attempt = 0; attempt < 60; attempt++) {
      const operation = this.write()
      await this.run(2500)
      if (operation.outcome === 'acknowledged') return
    }
    throw new Error('The client did not recover within 150 s')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    await this.run(5000)
    currentProcess.value = undefined
  }
}

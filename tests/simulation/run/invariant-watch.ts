import type { Application } from '../workload/application.js'
import type { Ledger } from '../workload/ledger.js'
import type { World } from '../world/world.js'

type Violate = (kind: string, what: string) => void

/** Each so many events in which a client ran, all of its state is looked at. */
const lookEvery = 16

/** ms by which a deadline may be missed while the world runs. */
const slack = 200

interface Stall {
  readonly from: number
  readonly to: number
}

/** What has to hold at any moment. */
export class InvariantWatch {
  readonly #world: World
  readonly #ledger: Ledger
  readonly #applications: readonly Application[]
  readonly #violate: Violate
  readonly #stalls = new Map<string, Stall[]>()
  #events = 0

  constructor(
    world: World,
    ledger: Ledger,
    applications: readonly Application[],
    violate: Violate,
  ) {
    this.#world = world
    this.#ledger = ledger
    this.#applications = applications
    this.#violate = violate
    for (const { process, name } of applications) {
      process.onStall = (duration) => {
        const from = world.time.now
        const stalls = this.#stalls.get(name) ?? []
        stalls.push({ from, to: from + duration })
        this.#stalls.set(name, stalls)
      }
    }
  }

  start(): void {
    this.#world.time.onAfterEvent(() => {
      if (this.#events++ % lookEvery === 0) this.#look()
    })
  }

  stalledFor(client: string, from: number, to: number): number {
    let sum = 0
    for (const stall of this.#stalls.get(client) ?? []) {
      sum += Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from))
    }
    return sum
  }

  /** What is published on a channel that was subscribed once is heard. */
  async checkSubscriptions(applications: readonly Application[]): Promise<void> {
    const { time } = this.#world
    for (const { subscriber, client, process, name } of applications) {
      if (subscriber === undefined) continue
      let missing = [...subscriber.confirmed]
      // A connection that is dead without knowing costs the first messages.
      for (let round = 0; round < 3 && missing.length > 0; round++) {
        const text = `at ${time.now}`
        const unheard = () =>
          [...subscriber.confirmed].filter((it) => !subscriber.heard.has(`${it} ${text}`))
        process.enter()
        for (const channel of subscriber.confirmed) client!.publish(channel, text).catch(() => {})
        await time.run(time.now + 2000, () => unheard().length === 0)
        missing = unheard()
      }
      if (missing.length === 0) continue
      this.#violate('subscription lost', `${name} does not hear ${missing.join(', ')}`)
    }
  }

  #look(): void {
    const { now } = this.#world.time
    for (const operation of this.#ledger.pending) {
      if (operation.isApart) continue
      const { client, issuedAt, deadline } = operation
      if (now <= deadline + slack) continue
      if (now - this.stalledFor(client, issuedAt, now) <= deadline + slack) continue
      this.#violate('open after its deadline', `${operation.kind} ${operation.key} of ${issuedAt}`)
    }
    for (const { client, plan, name, isClosed } of this.#applications) {
      if (client === undefined || isClosed) continue
      for (const { shard, queue, inFlight } of client.health().shards) {
        // What comes back from a lost connection is admitted beyond the limit.
        if (queue.commands > plan.queueCommands + inFlight + 200) {
          this.#violate('queue beyond its limit', `${name} ${shard}: ${queue.commands}`)
        }
        if (queue.commands < 0 || queue.bytes < 0 || inFlight < 0) {
          this.#violate('queue counts wrong', `${name} ${shard}: ${JSON.stringify(queue)}`)
        }
      }
    }
  }
}

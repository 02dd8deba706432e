import type { Command } from '../commands/command.js'
import { type Durability, DurableGroup } from '../commands/durable-group.js'
import type { RouteTarget } from './route-target.js'
import { Router } from './router.js'
import { blockingDurableError } from './routing-errors.js'

/** A connection on which writes may wait. */
export interface DurableLane extends RouteTarget {
  /** @param wait ms for which the command may wait on the server */
  send(command: Command, wait?: number): void
}

/** Routes the commands of one durable handle. */
export class DurableRouting {
  readonly #durability: Durability
  readonly #openLane: (shard: string) => DurableLane
  #base: Router | undefined
  #router: Router<RouteTarget> | undefined

  constructor(durability: Durability, openLane: (shard: string) => DurableLane) {
    this.#durability = durability
    this.#openLane = openLane
  }

  /**
   * Routes as `base` does, to connections of their own where each write is followed by the WAIT that
   * counts its replicas. Reads go there too: they see what was written before them.
   */
  over(base: Router): Router<RouteTarget> {
    if (this.#router === undefined || this.#base !== base) {
      this.#base = base
      const noteWrites = (command: Command) => base.noteWrites(command)
      this.#router = new Router<RouteTarget>({
        ring: base.ring,
        targets: base.ring.names.map(
          (name) =>
            new DurableTarget(name, this.#durability, () => this.#openLane(name), noteWrites),
        ),
        blocking: { send: (command) => command.fail(blockingDurableError(command)) },
      })
    }
    return this.#router
  }
}

class DurableTarget implements RouteTarget {
  readonly name: string
  readonly #durability: Durability
  readonly #openLane: () => DurableLane
  readonly #noteWrites: (command: Command) => void

  constructor(
    name: string,
    durability: Durability,
    openLane: () => DurableLane,
    noteWrites: (command: Command) => void,
  ) {
    this.name = name
    this.#durability = durability
    this.#openLane = openLane
    this.#noteWrites = noteWrites
  }

  get generation(): number {
    return this.#openLane().generation
  }

  resend(command: Command): void {
    this.#openLane().resend(command)
  }

  send(command: Command): void {
    if (command.isRead) {
      this.#openLane().send(command)
      return
    }
    this.#noteWrites(command)
    const group = new DurableGroup(command, this.#durability)
    group.promise.then(
      (reply) => command.answerEncoded(reply),
      (error: Error) => command.fail(error),
    )
    this.#openLane().send(group, this.#durability.timeout)
  }
}

import { type Durability, DurableGroup } from './commands/durable-group.js'
import type { RoutedCommand } from './commands/routed-command.js'
import { Router, type RouteTarget } from './router.js'
import { blockingDurableError } from './routing/routing-errors.js'
import type { Shard } from './shard/shard.js'

/** Routes the commands of one durable handle. */
export class DurableRouting {
  readonly #durability: Durability
  readonly #openLane: (shard: string) => Shard
  #base: Router | undefined
  #router: Router<RouteTarget> | undefined

  constructor(durability: Durability, openLane: (shard: string) => Shard) {
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
      const noteWrites = (command: RoutedCommand) => base.noteWrites(command)
      this.#router = new Router<RouteTarget>(
        base.ring,
        (name) => new DurableTarget(name, this.#durability, () => this.#openLane(name), noteWrites),
        { send: (command) => command.fail(blockingDurableError(command)) },
      )
    }
    return this.#router
  }
}

class DurableTarget implements RouteTarget {
  readonly name: string
  readonly #durability: Durability
  readonly #openLane: () => Shard
  readonly #noteWrites: (command: RoutedCommand) => void

  constructor(
    name: string,
    durability: Durability,
    openLane: () => Shard,
    noteWrites: (command: RoutedCommand) => void,
  ) {
    this.name = name
    this.#durability = durability
    this.#openLane = openLane
    this.#noteWrites = noteWrites
  }

  get generation(): number {
    return this.#openLane().generation
  }

  resend(command: RoutedCommand): void {
    this.#openLane().resend(command)
  }

  send(command: RoutedCommand): void {
    if (command.isRead) {
      this.#openLane().send(command)
      return
    }
    this.#noteWrites(command)
    const group = new DurableGroup(command, this.#durability)
    group.promise.then(
      (reply) => command.answer(reply),
      (error: Error) => command.fail(error),
    )
    this.#openLane().send(group)
  }
}

import type { Command } from '../commands/command.js'

/** Takes the commands for one shard over. */
export interface RouteTarget {
  /** The shard's name. */
  readonly name: string
  /** Counts the connections that served: what a server said holds for its generation only. */
  readonly generation: number
  /** Takes a command over: its promise will settle, at its deadline at the latest. */
  send(command: Command): void
  /** As {@link send}, of a command whose deadline runs already. */
  resend(command: Command): void
}

/** Connections on which commands may wait on the server, in front of no other. */
export interface BlockingTargets {
  send(command: Command, shard: string): void
}

/** Reads by other nodes than the masters. */
export interface ReadTargets {
  /** In the order of the ring's names. */
  readonly targets: readonly Pick<RouteTarget, 'name' | 'send'>[]
  /** Keys of these slots are being written: they are read from the master for a while. */
  noteSlots(slots: readonly number[]): void
  /** Any key may be written. */
  noteAll(): void
}

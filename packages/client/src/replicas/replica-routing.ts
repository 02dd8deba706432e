import type { HashRing } from '@disredis/hash-ring'
import type { Command } from '../commands/command.js'
import { RecentWrites } from './recent-writes.js'
import type { ShardReplicas } from './shard-replicas.js'

export interface ReplicaRoutingContext {
  readonly ring: HashRing
  readonly now: () => number
  /** ms */
  readonly readYourWrites: number
  /** The nodes of a shard, by its name. */
  readonly makeReaders: (
    shard: string,
    isRecentlyWritten: (command: Command) => boolean,
  ) => ShardReplicas
}

/** Reads by other nodes than the master, over all shards. */
export class ReplicaRouting {
  /** In the order of the ring's names. */
  readonly targets: readonly ShardReplicas[]
  readonly #context: ReplicaRoutingContext
  readonly #writes: RecentWrites

  constructor(context: ReplicaRoutingContext) {
    this.#context = context
    this.#writes = new RecentWrites(context.readYourWrites)
    this.targets = context.ring.names.map((name) =>
      context.makeReaders(name, (command) => this.#isRecentlyWritten(command)),
    )
  }

  /** Keys of these slots are being written. */
  noteSlots(slots: readonly number[]): void {
    const now = this.#context.now()
    for (const slot of slots) this.#writes.note(slot, now)
  }

  /** Any key may be written. */
  noteAll(): void {
    this.#writes.noteAll(this.#context.now())
  }

  topologyChanged(): void {
    for (const readers of this.targets) readers.topologyChanged()
  }

  /** Resolves when no replica has a read pending. */
  async drained(): Promise<void> {
    await Promise.all(this.targets.map((readers) => readers.drained()))
  }

  close(): void {
    for (const readers of this.targets) readers.close()
  }

  #isRecentlyWritten({ info, args }: Command): boolean {
    const { ring, now } = this.#context
    const time = now()
    return info
      .findKeys(args)
      .some((i) => this.#writes.isRecent(ring.slotOf(args[i] as string | Buffer), time))
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultConductor } from '../faults/fault-conductor.js'
import { isFault, type Statement } from './statement.js'

/** What statements ask for. */
export type Conductor = Pick<FaultConductor, 'inject' | 'restore' | 'sync'>

/** Runs statements one after the other; a fault without a shard goes to the next one in turn. */
export class ScriptRun {
  readonly #conductor: Conductor
  readonly #shards: readonly string[]
  #next = 0

  constructor(conductor: Conductor, shards: readonly string[]) {
    this.#conductor = conductor
    this.#shards = shards
  }

  async run(statements: readonly Statement[], signal: AbortSignal): Promise<void> {
    for (const statement of statements) {
      signal.throwIfAborted()
      await this.#step(statement, signal)
    }
  }

  async #step(statement: Statement, signal: AbortSignal): Promise<void> {
    if (isFault(statement)) {
      await this.#conductor.inject(statement.do, statement.shard ?? this.#nextShard())
      return
    }
    switch (statement.do) {
      case 'restore':
        return this.#conductor.restore(statement.shard)
      case 'sync':
        return this.#conductor.sync(statement.shard)
      case 'wait':
        return sleep(statement.time, undefined, { signal })
      case 'repeat':
        for (let i = 0; i < statement.times; i++) await this.run(statement.body, signal)
    }
  }

  #nextShard(): string {
    const shard = this.#shards[this.#next++ % this.#shards.length]
    if (shard === undefined) throw new Error('There are no shards.')
    return shard
  }
}

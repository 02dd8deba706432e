import type { RedisNode } from '../node/redis-node.js'
import type { WriteRecord } from '../node/write-history.js'
import { idsIn, type Operation } from './operation.js'

/** That a node executed a write of a client. */
export interface Execution {
  readonly node: RedisNode
  readonly record: WriteRecord
}

/** All calls of a run, and what the nodes executed of them. */
export class Ledger {
  readonly operations: Operation[] = []
  readonly #executions = new Map<number, Execution[]>()
  /** When the bytes of an operation were first handed to a socket. */
  readonly #sent = new Map<number, number>()
  readonly #lastSent = new Map<number, number>()
  #pending = new Set<Operation>()
  onExecuted: ((operation: Operation, node: RedisNode) => void) | undefined

  get pending(): Iterable<Operation> {
    return this.#pending
  }

  add(operation: Operation): void {
    this.operations[operation.id] = operation
    this.#pending.add(operation)
  }

  settled(operation: Operation): void {
    this.#pending.delete(operation)
  }

  executed(node: RedisNode, record: WriteRecord): void {
    const ids = new Set<number>()
    for (const args of record.commands) {
      // What was there before is written again by a transaction: the last token is the new one.
      for (const arg of args.slice(2)) {
        const last = idsIn(arg).at(-1)
        if (last !== undefined) ids.add(last)
      }
    }
    for (const id of ids) {
      const operation = this.operations[id]
      if (operation !== undefined) this.onExecuted?.(operation, node)
      const known = this.#executions.get(id)
      if (known === undefined) this.#executions.set(id, [{ node, record }])
      else known.push({ node, record })
    }
  }

  executionsOf({ id }: Operation): readonly Execution[] {
    return this.#executions.get(id) ?? []
  }

  /** Bytes were handed to a socket. @returns the calls whose tokens are among them */
  sent(text: string, at: number): readonly Operation[] {
    const ids = idsIn(text)
    for (const id of ids) {
      if (!this.#sent.has(id)) this.#sent.set(id, at)
      this.#lastSent.set(id, at)
    }
    return ids.flatMap((id) => this.operations[id] ?? [])
  }

  /** For the first time. */
  sentAt({ id }: Operation): number | undefined {
    return this.#sent.get(id)
  }

  /** What was refused or lost may be sent again. */
  lastSentAt({ id }: Operation): number | undefined {
    return this.#lastSent.get(id)
  }

  wasSent({ id }: Operation): boolean {
    return this.#sent.has(id)
  }
}

import { type Address, formatAddress, isSameAddress } from '@disredis/connection'
import type { NamedNode } from '../protocol/sentinel-report.js'

/**
 * Which addresses lead to one node: Sentinels may name it by its host name, by its address, or by another
 * address, and they do so side by side while `announce-hostnames` is being changed. What tells is the run
 * id that they have from the node itself.
 */
export class NodeNames {
  readonly #masters = new Map<string, NamedNode>()
  readonly #replicas = new Map<string, readonly NamedNode[]>()
  /** What was found out by {@link isSame} since anything changed, by address. */
  readonly #runIds = new Map<string, string | undefined>()
  #asked: ReadonlySet<string> = new Set()

  /** What a Sentinel knows by now; undefined: it was not asked for that, or does not know. */
  record(
    sentinel: string,
    master: NamedNode | undefined,
    replicas: readonly NamedNode[] | undefined,
  ): void {
    this.#runIds.clear()
    if (master !== undefined) this.#masters.set(sentinel, master)
    if (replicas !== undefined) this.#replicas.set(sentinel, replicas)
  }

  removeSentinel(sentinel: string): void {
    this.#runIds.clear()
    this.#masters.delete(sentinel)
    this.#replicas.delete(sentinel)
  }

  /** @param sentinels whose word counts */
  isSame(a: Address | undefined, b: Address | undefined, sentinels: ReadonlySet<string>): boolean {
    if (a === undefined || b === undefined) return false
    if (isSameAddress(a, b)) return true
    if (sentinels !== this.#asked) {
      this.#runIds.clear()
      this.#asked = sentinels
    }
    const runId = this.#runIdAt(a)
    return runId !== undefined && runId === this.#runIdAt(b)
  }

  #runIdAt(address: Address): string | undefined {
    const key = formatAddress(address)
    if (!this.#runIds.has(key)) this.#runIds.set(key, this.#voteOn(address))
    return this.#runIds.get(key)
  }

  /** What most of the Sentinels that name the address say; undefined if two say as much. */
  #voteOn(address: Address): string | undefined {
    const votes = new Map<string, number>()
    for (const sentinel of this.#asked) {
      const named = [this.#masters.get(sentinel), ...(this.#replicas.get(sentinel) ?? [])]
      const node = named.find((one) => isSameAddress(one?.address, address))
      if (node !== undefined) votes.set(node.runId, (votes.get(node.runId) ?? 0) + 1)
    }
    const [first, second] = [...votes].sort(([, a], [, b]) => b - a)
    return first?.[1] === second?.[1] ? undefined : first?.[0]
  }
}

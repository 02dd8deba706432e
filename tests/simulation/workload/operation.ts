/** How a call ended, by its promise. */
export type Outcome =
  | 'pending'
  /** It resolved: the write was acknowledged. */
  | 'acknowledged'
  /** `mayHaveExecuted`. */
  | 'unknown'
  /** The client says that nothing was executed. */
  | 'failed'

/** One call of an application, and what became of it. */
export interface Operation {
  readonly id: number
  readonly client: string
  readonly kind: string
  readonly key: string
  /** Its writes carry it; undefined for what cannot carry any. */
  readonly token: string | undefined
  readonly isWrite: boolean
  /** The caller or the client's options allow it to be executed again. */
  readonly mayRepeat: boolean
  /** Over a connection of its own: its order among others is not promised. */
  readonly isApart: boolean
  readonly issuedAt: number
  /** Virtual ms after which it must have settled; `Infinity` for a call without a limit. */
  readonly deadline: number
  /** Undefined until the masters are known. */
  readonly shard: string | undefined
  /** Executed by a master that its client had replaced by another one, which still serves. */
  isAtReplaced: boolean
  outcome: Outcome
  settledAt: number
  reply: unknown
  error: Error | undefined
}

/** A token as it stands in values: nothing else looks like it. */
export function tokenOf(id: number): string {
  return `t${id}t`
}

const tokens = /t(\d+)t/g

/** The ids of the operations whose tokens a text contains. */
export function idsIn(text: string): number[] {
  if (!text.includes('t')) return []
  return [...text.matchAll(tokens)].map(([, id]) => Number(id))
}

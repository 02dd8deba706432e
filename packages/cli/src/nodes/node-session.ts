import type { Address } from '@disredis/sentinel'
import type { Access } from '../connection/access.js'

/** What servers answer: RESP2, or RESP3 with its maps. */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Reply[]
  | ReadonlyMap<string, Reply>
  | { readonly [field: string]: Reply }

/** One connection to one node, Sentinel or not. Nothing is retried, nothing is queued. */
export interface NodeSession {
  /** @throws ReplyRefusal when the server answers with an error; NodeFailure when none comes */
  call(...command: readonly string[]): Promise<Reply>
  /** Resolves when the socket is gone. */
  close(): Promise<void>
}

export type OpenNodeSession = (
  address: Address,
  access: Access,
  /** Limit for the connection and for each answer, ms. */
  timeout: number,
) => Promise<NodeSession>

/** Why there is no answer. */
export type FailureReason =
  | 'refused'
  | 'timeout'
  | 'silent'
  | 'unresolved'
  | 'unreachable'
  | 'tls'
  | 'closed'
  | 'credentials'
  | 'protocol'

/** A node that could not be asked. The message says it for people, without the address. */
export class NodeFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NodeFailure'
    this.reason = reason
  }
}

/** The server answered with an error, such as `NOPERM …`. Carries no arguments. */
export class ReplyRefusal extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReplyRefusal'
  }

  /** `NOPERM`, `ERR`, `WRONGPASS`, ... */
  get word(): string {
    return this.message.split(' ', 1)[0] ?? ''
  }
}

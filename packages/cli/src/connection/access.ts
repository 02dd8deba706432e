import type { ConnectionOptions } from 'node:tls'
import type { Address } from '@disredis/sentinel'

/** How one kind of node is entered. */
export interface Access {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly tls?: ConnectionOptions | true | undefined
}

/** A deployment as the command line, the environment and files describe it. Frozen. */
export interface Deployment {
  readonly sentinels: readonly Address[]
  /** Undefined: all that the Sentinels watch. */
  readonly masters: readonly string[] | undefined
  /** Weights by shard name, as the clients' `ring`. */
  readonly weights: Readonly<Record<string, number>> | undefined
  readonly keyPrefix: string | undefined
  /** The clients' `ringName`; undefined: the default. */
  readonly ringName?: string | undefined
  readonly db: number
  readonly data: Access
  readonly sentinel: Access
  /** From `host:port` as Sentinel names it to what can be dialled from here. */
  readonly natMap: Readonly<Record<string, Address>> | undefined
  /** Limit for one node, dial and answers together, ms. */
  readonly timeout: number
}

/** The address to dial for one that a Sentinel names. */
export function dialled(address: Address, { natMap }: Pick<Deployment, 'natMap'>): Address {
  const key = address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`
  return natMap !== undefined && Object.hasOwn(natMap, key) ? natMap[key]! : address
}

import type { KeyspaceSnapshot } from './keyspace.js'
import type { WriteRecord } from './write-history.js'

export interface ServerAddress {
  readonly host: string
  readonly port: number
}

export function sameServer(a: ServerAddress | undefined, b: ServerAddress | undefined): boolean {
  return a !== undefined && b !== undefined && a.host === b.host && a.port === b.port
}

export function serverName({ host, port }: ServerAddress): string {
  return `${host}:${port}`
}

/** What INFO says, as far as Sentinels read it. */
export interface NodeInfo {
  readonly runId: string
  readonly role: 'master' | 'slave'
  /** Of a master: its replicas, whatever their state. */
  readonly replicas: readonly ServerAddress[]
  readonly master: ServerAddress | undefined
  readonly linkUp: boolean
  /** ms; -1 while it never had a link. */
  readonly linkDownFor: number
  readonly priority: number
  readonly offset: number
  readonly supportsFailover: boolean
}

/** What a Sentinel asks a node, over its command link; answered in order. */
export type NodeRequest =
  | { readonly kind: 'ping' }
  | { readonly kind: 'info' }
  | { readonly kind: 'publish'; readonly message: string }
  /** MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL normal and pubsub, EXEC. */
  | { readonly kind: 'reconfigure'; readonly master: ServerAddress | undefined }
  /** MULTI, CLIENT PAUSE WRITE, FAILOVER TO, EXEC. */
  | { readonly kind: 'failover'; readonly to: ServerAddress; readonly timeout: number }
  /** CONFIG REWRITE, CLIENT KILL normal and pubsub, CLIENT UNPAUSE. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'scriptKill' }

export type NodeAnswer =
  /** `ok`: PONG, LOADING or MASTERDOWN. */
  | { readonly kind: 'pong'; readonly isOk: boolean; readonly isBusy: boolean }
  | { readonly kind: 'info'; readonly info: NodeInfo }
  | { readonly kind: 'done' }

/** What a Sentinel says first on its other link, and what comes back on it. */
export interface HelloSubscription {
  readonly kind: 'subscribeHello'
}

export interface HelloMessage {
  readonly kind: 'hello'
  readonly message: string
}

/** Between a replica and its master. */
export type ReplicationMessage =
  | {
      readonly kind: 'psync'
      readonly replid: string
      readonly offset: number
      readonly port: number
      /** The master is asked to step down in favour of the one that asks. */
      readonly isFailover: boolean
    }
  | { readonly kind: 'continue'; readonly replid: string }
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'fullSync'
      readonly replid: string
      readonly offset: number
      readonly head: WriteRecord | undefined
      readonly data: KeyspaceSnapshot
    }
  | { readonly kind: 'write'; readonly record: WriteRecord }
  | { readonly kind: 'message'; readonly channel: string; readonly message: string }
  | { readonly kind: 'getAck' }
  | { readonly kind: 'ack'; readonly offset: number }

import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { OpenSocket, Runtime } from '@disredis/connection'
import type { HashRing } from '@disredis/hash-ring'
import type { Address, NatMap } from '@disredis/sentinel'
import type { RedisOptions } from 'ioredis'
import type { ReadFrom } from '../commands/call-policy.js'
import type { ScriptDefinition } from '../commands/script-command.js'
import type { Credentials } from '../connection/ask-credentials.js'
import type { GateOptions } from '../shard/failover-gate.js'

/** Names are ioredis's where the meaning is ioredis's. All times are in ms. */
export interface DisredisOptions {
  /** Addresses of the Sentinels: `'h1:26379,h2'` or an array. One that answers is enough. */
  readonly sentinels: string | readonly (string | Address)[]
  /**
   * The master names to shard over. Default: those that a majority of the answering Sentinels
   * report. The set is fixed when the client starts; `masterAdded` and `masterRemoved` tell changes.
   */
  readonly masters?: readonly string[] | undefined
  /** ioredis's word for one master: as `masters: [name]`, if `masters` is not given. */
  readonly name?: string | undefined
  /** Weights by master name (default 1 each), or a ring of your own over exactly these names. */
  readonly ring?: Readonly<Record<string, number>> | HashRing | undefined
  /**
   * Every master carries a record of the placement that it belongs to. `enforce` refuses to serve with
   * `PlacementMismatchError` where it is another than this client's; `warn` emits the error and goes on;
   * false neither reads nor writes it. Needs `+function` on Redis 7 or newer; without it `health()` says
   * `unverified`. Default `enforce`.
   */
  readonly placement?: 'enforce' | 'warn' | false | undefined
  /**
   * Names the ring in the record, where applications that share masters do not share the same set of them:
   * up to 64 letters, digits and `_`. Default `default`.
   */
  readonly ringName?: string | undefined
  /** ACL user of the masters and replicas. */
  readonly username?: string | undefined
  /** Password of the masters and replicas. */
  readonly password?: string | undefined
  /** Asked at every dial in place of `username` and `password`: for passwords that rotate. */
  readonly credentials?: (() => Credentials | Promise<Credentials>) | undefined
  readonly sentinelUsername?: string | undefined
  readonly sentinelPassword?: string | undefined
  /** TLS to masters and replicas: `true`, or options of `tls.connect`. Default: none. */
  readonly tls?: ConnectionOptions | true | undefined
  /** TLS to the Sentinels. Default: none. */
  readonly sentinelTLS?: ConnectionOptions | true | undefined
  /** Database number. Default 0. */
  readonly db?: number | undefined
  /**
   * Put before every key and shard channel; not before channels and patterns (SUBSCRIBE, KEYS, MATCH
   * of SCAN), as in ioredis. It takes part in choosing the shard.
   */
  readonly keyPrefix?: string | undefined
  /** From the addresses that Sentinel names to those that this process can dial. */
  readonly natMap?: NatMap | undefined
  /**
   * Says of every address that a Sentinel names, after `natMap`, whether it may be dialled; one that may not is
   * refused as unusable and told by `error`. Pins the nodes where Sentinels are not trusted. Default: all.
   */
  readonly allowAddress?: ((address: Address) => boolean) | undefined
  /** Limit for one TCP or TLS connect, and for one handshake. Default 2000. */
  readonly connectTimeout?: number | undefined
  /** Limit for one command, from the call to its answer or error. Default 10000. */
  readonly commandTimeout?: number | undefined
  /**
   * ms without a byte, while replies are due, after which commands are queued instead of written: their outcome
   * stays known, and they survive a failover. The way there and back comes on top, as the
   * handshake took it, up to 500 ms. Longer where pauses of the network are common. Default 200.
   */
  readonly silenceTimeout?: number | undefined
  /**
   * ms without a byte, while replies are due, after which the node is asked on another connection whether it
   * still serves this one, which is replaced if not. More than `silenceTimeout`. Default 1000, or twice
   * `silenceTimeout` if that is more.
   */
  readonly livenessTimeout?: number | undefined
  /** `CLIENT SETNAME` on every connection. Default `disredis`. */
  readonly connectionName?: string | undefined
  /** Connect at the first command or `connect()`. Default false. */
  readonly lazyConnect?: boolean | undefined
  /** What may wait per shard while it has no master. */
  readonly queue?:
    | {
        /** Default 100000. 0: nothing waits. */
        readonly maxCommands?: number | undefined
        /** Bytes of arguments. Default 67108864 (64 MiB). */
        readonly maxBytes?: number | undefined
      }
    | undefined
  /**
   * Writes that were sent and not answered when the connection was lost: `never` rejects them with
   * `OutcomeUnknownError`; `idempotent` repeats those whose effect does not depend on the state
   * before (SET, HSET, DEL, ...). A repeated write may overwrite a newer one. Default `never`.
   */
  readonly retryWrites?: 'never' | 'idempotent' | undefined
  /**
   * Which nodes may answer reads: `master`, `replicaPreferred`, `replica` (no other), or `nearest`.
   * Replicas may lack the last writes. Default `master`.
   */
  readonly readFrom?: ReadFrom | undefined
  /** Bytes of the replication stream that a replica may lack and still be read. Default 1048576. */
  readonly maxReplicaLag?: number | undefined
  /** ms after a write by this client in which its keys are read from the master. Default 1000. */
  readonly readYourWrites?: number | undefined
  /**
   * Keeps what `cached()` reads in this process for as long as the masters do not say that it has changed:
   * see docs/near-cache.md. One further connection to each master. Default: none.
   */
  readonly cache?: CacheOptions | undefined
  /** Holding writes while Sentinel fails a master over. */
  readonly failoverGate?:
    | {
        /** The longest that writes are held without news of the failover's end. Default 10000. */
        readonly timeout?: number | undefined
        /** Time between two ROLE questions to the replica that is promoted; false: none. Default 10. */
        readonly probeInterval?: number | false | undefined
        /**
         * What lets writes go to the promoted node of a planned failover. `confirmed`: Sentinel's
         * `+promoted-slave` or `+switch-master`, after about 1 s. `proven`: the node's own ROLE, after
         * about 0.2 s; should Sentinel undo the promotion, those writes are lost. A master that is
         * lost or silent is replaced at the proof in any case. Default `confirmed`.
         */
        readonly openOn?: 'confirmed' | 'proven' | undefined
      }
    | undefined
  /**
   * Hold writes after no majority of the Sentinels has been reachable for so many ms: this process may
   * be cut off together with an old master. Reads go on. A silent Sentinel is out of reach when an answer
   * is overdue by 1 s, and is asked every `sentinelPollInterval`. Default: never.
   */
  readonly fenceAfter?: number | undefined
  /** The longest time between two questions to a Sentinel: 1 to 1000. Default 1000. */
  readonly sentinelPollInterval?: number | undefined
  /** Errors of commands have the stack of the call; slower. Default false. */
  readonly showFriendlyErrorStack?: boolean | undefined
  /** Integers in replies as strings. Default false. */
  readonly stringNumbers?: boolean | undefined
  /** As `defineCommand` takes them, by the names of their commands. */
  readonly scripts?: Readonly<Record<string, ScriptDefinition>> | undefined
  /** Which addresses host names may resolve to: 4, 6, or 0 for both. Default 0. */
  readonly family?: 0 | 4 | 6 | undefined
  /** Resolves host names in place of `dns.lookup`; `family` does not concern it. */
  readonly lookup?: LookupFunction | undefined
  /** Clock, timers and randomness: for simulations. Default: those of this process. */
  readonly runtime?: Runtime | undefined
  /** Opens every socket, to Sentinels too: for simulations. Default: TCP or TLS. */
  readonly openSocket?: OpenSocket | undefined
}

export interface CacheOptions {
  /** Bytes of memory for all that is kept, index and all. Default 67108864 (64 MiB). */
  readonly maxBytes?: number | undefined
  /**
   * ms: no value is given out of which the master has not proven within that time that it was true. Kept
   * by a heartbeat when nothing else is asked. Default 1000.
   */
  readonly maxStaleness?: number | undefined
  /**
   * What a master means that refuses to tell changes (an ACL user without `+client|tracking`): `true`, and
   * the client does not become ready but rejects with `NearCacheError`; `false`, and `cached()` reads from
   * that master as the client itself does, and `health()` tells. Default false.
   */
  readonly required?: boolean | undefined
}

/** With every default in its place. */
export interface ResolvedCacheOptions {
  readonly maxBytes: number
  readonly maxStaleness: number
  readonly required: boolean
}

/** What a client is made of: addresses, a URL, or options. Those of ioredis that have no meaning here are ignored or refused. */
export type GivenOptions = string | readonly string[] | DisredisOptions | RedisOptions

/** Beside addresses or a URL. */
export type MoreOptions = Partial<DisredisOptions> | RedisOptions

/** Options with every default in its place. Frozen. */
export interface ResolvedOptions extends Omit<DisredisOptions, 'cache'> {
  readonly sentinels: Address[]
  readonly credentials: () => Credentials | Promise<Credentials>
  readonly tls: ConnectionOptions | undefined
  readonly sentinelTLS: ConnectionOptions | undefined
  readonly placement: 'enforce' | 'warn' | false
  readonly ringName: string
  readonly db: number
  readonly connectTimeout: number
  readonly commandTimeout: number
  readonly silenceTimeout: number
  readonly livenessTimeout: number
  readonly connectionName: string
  readonly lazyConnect: boolean
  readonly queue: { readonly maxCommands: number; readonly maxBytes: number }
  readonly retryWrites: 'never' | 'idempotent'
  readonly readFrom: ReadFrom
  readonly maxReplicaLag: number
  readonly readYourWrites: number
  readonly failoverGate: GateOptions
  readonly cache: ResolvedCacheOptions | undefined
  readonly showFriendlyErrorStack: boolean
  readonly stringNumbers: boolean
  readonly family: 0 | 4 | 6
  readonly runtime: Runtime
}

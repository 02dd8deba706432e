import type { VirtualTime } from '../core/virtual-time.js'
import type { ClientSession } from './client-session.js'
import type { Keyspace } from './keyspace.js'
import type { NodeOptions } from './node-options.js'
import type { NodePause } from './node-pause.js'
import type { ReplicationLink } from './replication-link.js'
import type { ReplicationSource } from './replication-source.js'
import type { NodeInfo, ServerAddress } from './server-messages.js'
import type { WriteRecord } from './write-history.js'

/** What the parts of a node need of it: its data, its state, and its place in the replication. */
export interface NodeContext {
  readonly options: NodeOptions
  readonly surroundings: {
    readonly time: VirtualTime
    readonly host: { readonly isFrozen: boolean }
  }
  readonly keys: Keyspace
  readonly source: ReplicationSource
  readonly pause: NodePause
  readonly sessions: Iterable<ClientSession>
  /** To its master; undefined: it is one itself. */
  readonly link: ReplicationLink | undefined
  readonly role: 'master' | 'slave'
  readonly isLoading: boolean
  /** A script does not end: commands are refused until it is killed. */
  isBusy: boolean
  /** It cannot write its data to the disk. */
  readonly isDiskFull: boolean
  readonly replid: string
  readonly offset: number
  info(): NodeInfo
  note(what: string): void
  becomeMaster(): void
  /** @param isSilent blocked clients are cut off without a word: what Sentinel does */
  becomeReplicaOf(master: ServerAddress, isSilent?: boolean, isFailover?: boolean): boolean
  closeSession(session: ClientSession, isSilent?: boolean): void
  /** A write was executed: replicas get it in the same turn in which its reply leaves. */
  propagate(commands: readonly (readonly string[])[]): WriteRecord
}

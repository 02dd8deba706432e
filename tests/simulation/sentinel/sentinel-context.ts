import type { Random } from '../core/random.js'
import type { ServerAddress } from '../node/server-messages.js'
import type { Instance, MasterInstance, PeerInstance, ReplicaInstance } from './instances.js'
import type { SentinelTimes } from './sentinel-times.js'

/** What the parts of a Sentinel need of it: its state, its masters, and the word that it spreads. */
export interface SentinelContext {
  readonly surroundings: {
    readonly random: Random
    readonly times: SentinelTimes
    readonly isValkey: boolean
  }
  readonly now: number
  readonly address: ServerAddress
  readonly id: string
  readonly isRunning: boolean
  /** It does not trust itself, and decides nothing. */
  readonly isTilted: boolean
  currentEpoch: number
  readonly masters: ReadonlyMap<string, MasterInstance>
  /** Publishes an event. */
  event(channel: string, instance: Instance, suffix?: string): void
  publish(channel: string, payload: string): void
  addReplica(master: MasterInstance, address: ServerAddress): ReplicaInstance
  addPeer(master: MasterInstance, id: string, address: ServerAddress): PeerInstance
  removePeer(master: MasterInstance, id: string): void
  /** The master's place is taken by the node at that address. */
  switchTo(master: MasterInstance, address: ServerAddress): void
  /** Rewrites its file. */
  save(): void
}

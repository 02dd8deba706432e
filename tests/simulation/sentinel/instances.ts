import type { ServerAddress } from '../node/server-messages.js'
import type { InstanceLink } from './instance-link.js'

export type FailoverState =
  | 'none'
  | 'wait_start'
  | 'select_slave'
  | 'send_slaveof_noone'
  | 'wait_promotion'
  | 'reconf_slaves'
  | 'update_config'

export const failoverStates: readonly FailoverState[] = [
  'none',
  'wait_start',
  'select_slave',
  'send_slaveof_noone',
  'wait_promotion',
  'reconf_slaves',
  'update_config',
]

interface Monitored {
  readonly address: ServerAddress
  readonly link: InstanceLink
  isSubjectivelyDown: boolean
  subjectivelyDownSince: number
  lastPublished: number
}

interface DataInstance extends Monitored {
  runId: string
  /** When it last answered INFO; 0: never. */
  infoRefresh: number
  roleReported: 'master' | 'slave'
  roleReportedAt: number
  isScriptKillSent: boolean
}

export interface ReplicaInstance extends DataInstance {
  readonly kind: 'slave'
  priority: number
  offset: number
  masterReported: ServerAddress | undefined
  isLinkUp: boolean
  linkDownTime: number
  masterChangedAt: number
  isPromoted: boolean
  reconf: 'none' | 'sent' | 'inprog' | 'done'
  reconfSentAt: number
}

/** Another Sentinel, as one master's entry has it. */
export interface PeerInstance extends Monitored {
  readonly kind: 'sentinel'
  readonly id: string
  /** It says that the master is down. */
  saysDown: boolean
  /** When it last answered that question. */
  answeredAt: number
  /** For whom it voted, by its own word. */
  leader: string
  leaderEpoch: number
  lastHello: number
}

export interface MasterInstance extends DataInstance {
  readonly kind: 'master'
  readonly name: string
  address: ServerAddress
  link: InstanceLink
  readonly replicas: Map<string, ReplicaInstance>
  readonly peers: Map<string, PeerInstance>
  quorum: number
  downAfter: number
  failoverTimeout: number
  parallelSyncs: number
  configEpoch: number
  isObjectivelyDown: boolean
  objectivelyDownSince: number
  /** For whom this Sentinel voted last, and in which epoch. */
  leader: string
  leaderEpoch: number
  failoverEpoch: number
  failoverState: FailoverState
  stateChangedAt: number
  failoverStartedAt: number
  isFailingOver: boolean
  isForced: boolean
  isCoordinated: boolean
  supportsFailover: boolean
  promoted: ReplicaInstance | undefined
}

export type Instance = MasterInstance | ReplicaInstance | PeerInstance

/** Where the master is, as this Sentinel tells others. */
export function currentAddress(master: MasterInstance): ServerAddress {
  const isDecided =
    master.isFailingOver &&
    (master.failoverState === 'reconf_slaves' || master.failoverState === 'update_config')
  return isDecided && master.promoted !== undefined ? master.promoted.address : master.address
}

import type { Address } from '@disredis/connection'
import { SentinelReplyError } from '../errors.js'
import type { EventChannel } from './event-channels.js'
import type { ReadAddress } from './read-address.js'

/** What one Sentinel published, in our words. `shard` is the Sentinel master name. */
export type SentinelEvent =
  | { readonly kind: 'leaderElected'; readonly shard: string; readonly master: Address }
  | { readonly kind: 'replicaSelected'; readonly shard: string; readonly address: Address }
  | { readonly kind: 'replicaPromoted'; readonly shard: string; readonly address: Address }
  | { readonly kind: 'failoverAborted'; readonly shard: string; readonly reason: string }
  | MasterSwitch
  | {
      readonly kind: 'masterDown'
      readonly shard: string
      /** Of the master that is meant: an earlier one may still be called down. */
      readonly address: Address
      readonly isObjective: boolean
      readonly isDown: boolean
    }
  | { readonly kind: 'masterMonitored'; readonly shard: string }
  | { readonly kind: 'masterUnmonitored'; readonly shard: string }
  /** The Sentinel with that id answers again, after it was taken for down. */
  | { readonly kind: 'sentinelUp'; readonly shard: string; readonly id: string }
  /** Something about the master, its replicas or its Sentinels is other than before: ask. */
  | { readonly kind: 'detailsChanged'; readonly shard: string }
  /** The Sentinel trusts its own clock no longer (or again): it does not act meanwhile. */
  | { readonly kind: 'tilt'; readonly isTilted: boolean }

export interface MasterSwitch {
  readonly kind: 'masterSwitched'
  readonly shard: string
  readonly from: Address
  readonly to: Address
}

const abortPrefix = '-failover-abort-'

/**
 * Reads one message; `undefined` for a channel that `eventChannels` does not have.
 *
 * @throws SentinelReplyError for a payload that is not of the form that sentinel.c gives it
 */
export function parseEvent(
  channel: string,
  payload: string,
  readAddress: ReadAddress,
): SentinelEvent | undefined {
  if (channel.startsWith(abortPrefix)) {
    const reason = channel.slice(abortPrefix.length)
    return { kind: 'failoverAborted', shard: readDetails(payload).shard, reason }
  }
  const address = (details: Details) => readAddress(details.host, details.port)
  switch (channel as EventChannel) {
    case '+switch-master':
      return parseSwitch(payload, readAddress)
    case '+elected-leader': {
      const details = readDetails(payload)
      return { kind: 'leaderElected', shard: details.shard, master: address(details) }
    }
    case '+selected-slave': {
      const details = readDetails(payload)
      return { kind: 'replicaSelected', shard: details.shard, address: address(details) }
    }
    case '+promoted-slave': {
      const details = readDetails(payload)
      return { kind: 'replicaPromoted', shard: details.shard, address: address(details) }
    }
    case '+monitor':
      return { kind: 'masterMonitored', shard: readDetails(payload).shard }
    case '-monitor':
      return { kind: 'masterUnmonitored', shard: readDetails(payload).shard }
    case '+sdown':
    case '-sdown':
    case '+odown':
    case '-odown':
      return parseDown(channel, readDetails(payload), readAddress)
    case '+failover-end':
    case '+reset-master':
    case '+slave':
    case '+sentinel':
    case '+reboot':
    case '+convert-to-slave':
      return { kind: 'detailsChanged', shard: readDetails(payload).shard }
    case '+tilt':
    case '-tilt':
      return { kind: 'tilt', isTilted: channel.startsWith('+') }
    default:
      return undefined
  }
}

function parseDown(channel: string, details: Details, readAddress: ReadAddress): SentinelEvent {
  const { type, name, shard, host, port } = details
  if (type === 'sentinel' && channel === '-sdown') return { kind: 'sentinelUp', shard, id: name }
  if (type !== 'master') return { kind: 'detailsChanged', shard }
  return {
    kind: 'masterDown',
    shard,
    address: readAddress(host, port),
    isObjective: channel.endsWith('odown'),
    isDown: channel.startsWith('+'),
  }
}

/** `NAME oldip oldport newip newport` */
function parseSwitch(payload: string, readAddress: ReadAddress): MasterSwitch {
  const [shard, oldHost, oldPort, newHost, newPort, ...rest] = payload.split(' ')
  if (!shard || newPort === undefined || rest.length > 0) throw unreadable(payload)
  return {
    kind: 'masterSwitched',
    shard,
    from: readAddress(oldHost, oldPort),
    to: readAddress(newHost, newPort),
  }
}

interface Details {
  readonly type: string
  /** Of a Sentinel: its id. */
  readonly name: string
  readonly shard: string
  readonly host: string | undefined
  readonly port: string | undefined
}

/** `master NAME IP PORT ...`, or `slave|sentinel NAME IP PORT @ MNAME MIP MPORT ...` */
function readDetails(payload: string): Details {
  const [type, name, host, port, at, masterName] = payload.split(' ')
  if (type === 'master' && name) return { type, name, shard: name, host, port }
  if ((type === 'slave' || type === 'sentinel') && at === '@' && name && masterName) {
    return { type, name, shard: masterName, host, port }
  }
  throw unreadable(payload)
}

function unreadable(payload: string): SentinelReplyError {
  return new SentinelReplyError(`The Sentinel published ${JSON.stringify(payload.slice(0, 200))}`)
}

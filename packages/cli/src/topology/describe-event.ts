import { type Address, formatAddress, type WatcherEvents } from '@disredis/sentinel'

/** The events that `topology --watch` tells. */
export const told = [
  'failoverStarted',
  'replicaSelected',
  'replicaPromoted',
  'masterSwitched',
  'failoverAborted',
  'masterDown',
  'masterAdded',
  'masterRemoved',
  'sentinelError',
] as const satisfies readonly (keyof WatcherEvents)[]

export interface EventDescription {
  readonly text: string
  readonly [field: string]: string | boolean
}

/** Addresses as text, errors as their message, and all of it in one line for people. */
export function describeEvent(name: (typeof told)[number], event: object): EventDescription {
  const fields: Record<string, string | boolean> = {}
  for (const [field, value] of Object.entries(event)) {
    if (value instanceof Error) fields[field] = value.message
    else if (isAddress(value)) fields[field] = formatAddress(value)
    else if (typeof value === 'string' || typeof value === 'boolean') fields[field] = value
  }
  const words = Object.entries(fields)
    .filter(([field]) => field !== 'shard')
    .map(([field, value]) => `${field} ${value}`)
  const text = [fields.shard, ...words].filter((word) => word !== undefined).join('  ')
  return { ...fields, text: name === 'sentinelError' ? `${fields.error}` : text }
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'object' && value !== null && 'host' in value && 'port' in value
}

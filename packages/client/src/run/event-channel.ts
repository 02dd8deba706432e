import { channel } from 'node:diagnostics_channel'
import type { DisredisEvents } from './client-events.js'

/** Name of the `diagnostics_channel` on which every client tells what becomes of its shards. */
export const EVENT_CHANNEL = 'disredis:event'

const told = [
  'topologyChanged',
  'failoverStarted',
  'failoverCompleted',
  'failoverAborted',
  'shardDown',
  'shardUp',
  'masterAdded',
  'masterRemoved',
] as const satisfies readonly (keyof DisredisEvents)[]

type Told = (typeof told)[number]

/** The event's name, and what its listeners get. Holds no keys and no secrets. */
export type ClientEventMessage = {
  [Name in Told]: { readonly name: Name; readonly event: DisredisEvents[Name][0] }
}[Told]

const events = channel(EVENT_CHANNEL)
const toldNames: ReadonlySet<string> = new Set(told)

/** Without a subscriber it costs one look. */
export function tellEvent(name: string, event: unknown): void {
  if (events.hasSubscribers && toldNames.has(name)) events.publish({ name, event })
}

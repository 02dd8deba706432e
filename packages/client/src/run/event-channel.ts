import { diagnosticChannel, formatAddress } from '@disredis/connection'
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

const events = diagnosticChannel<ClientEventMessage>(EVENT_CHANNEL, describe)
const toldNames: ReadonlySet<string> = new Set(told)

/** Without a subscriber it costs one look. */
export function tellEvent(name: string, event: unknown): void {
  if (events.hasSubscribers && toldNames.has(name)) {
    events.publish({ name, event } as ClientEventMessage)
  }
}

function describe({ name, event }: ClientEventMessage): string {
  if (name !== 'topologyChanged') return `event ${name} ${JSON.stringify(event, shorten)}`
  const masters = [...event.current.shards].map(
    ([shard, { master, configEpoch }]) =>
      `${shard} ${formatAddress(master)} (epoch ${configEpoch})`,
  )
  return `event ${name} ${masters.join(', ')}`
}

/** Of errors the message, which says it all. */
function shorten(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}

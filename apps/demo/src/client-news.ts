import type { Disredis } from '@disredis/client'
import { formatAddress } from '@disredis/sentinel'
import type { EventLog } from './event-log.js'

/** Writes to the log what the client tells by its events. */
export function logClientEvents(client: Disredis, log: EventLog): void {
  client.on('failoverStarted', ({ shard }) => log.add(`${shard}: failover begins, writes are held`))
  client.on('failoverCompleted', ({ shard, to, duration }) =>
    log.add(`${shard}: client uses ${formatAddress(to)} after ${Math.round(duration)} ms`),
  )
  client.on('failoverAborted', ({ shard, reason }) =>
    log.add(`${shard}: failover aborted (${reason})`),
  )
  client.on('shardDown', ({ shard, error }) => log.add(`${shard}: down. ${error.message}`))
  client.on('masterAdded', ({ shard }) => log.add(`Sentinel watches a new master: ${shard}`))
  client.on('masterRemoved', ({ shard }) => log.add(`Sentinel no longer watches ${shard}`))
  let lastError: string | undefined
  client.on('error', ({ message }) => {
    // A Sentinel that is away is reported at every attempt.
    if (message !== lastError) log.add(message)
    lastError = message
  })
}

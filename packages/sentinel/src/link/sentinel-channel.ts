import { type Address, diagnosticChannel, formatAddress } from '@disredis/connection'
import type { SentinelEvent } from '../protocol/sentinel-event.js'
import type { SessionState } from './session-state.js'

/** Name of the `diagnostics_channel` on which every watcher tells of its links to Sentinels. */
export const SENTINEL_CHANNEL = 'disredis:sentinel'

/** What becomes of the link to one Sentinel, and what that one publishes. Holds no secrets. */
export type SentinelMessage = {
  /** Where it is dialled. */
  readonly sentinel: Address
  /** `SENTINEL MYID`, as it last answered. */
  readonly id: string | undefined
} & (
  | {
      readonly kind: 'state'
      readonly state: SessionState
      /** Why it is not connected; there in the state `backoff`. */
      readonly error: Error | undefined
    }
  | { readonly kind: 'event'; readonly event: SentinelEvent }
)

export const sentinelLinks = diagnosticChannel<SentinelMessage>(SENTINEL_CHANNEL, (message) => {
  const where = `sentinel ${formatAddress(message.sentinel)}`
  if (message.kind === 'event') {
    const { kind, ...rest } = message.event
    return `${where} says ${kind} ${JSON.stringify(rest)}`
  }
  const why = message.error === undefined ? '' : `: ${message.error.message}`
  return `${where} ${message.state}${why}`
})

import { type Address, diagnosticChannel, formatAddress } from '@disredis/connection'
import type { MasterFate } from './failover-gate.js'

/** Name of the `diagnostics_channel` on which every gate tells when it closes and opens. */
export const GATE_CHANNEL = 'disredis:gate'

/** While a gate is closed, writes of its shard wait. */
export type GateMessage = {
  readonly shard: string
  /**
   * A lane: a further connection to the shard's master for commands that wait on the server, with a gate
   * and a queue of its own.
   */
  readonly isLane: boolean
  /** That is being replaced. */
  readonly master: Address
} & (
  | { readonly step: 'closed' }
  | {
      readonly step: 'opened'
      /** Whether that master serves on. */
      readonly fate: MasterFate
      /** ms for which it was closed. */
      readonly duration: number
    }
)

export const gates = diagnosticChannel<GateMessage>(GATE_CHANNEL, (message) => {
  const gate = `gate of ${message.isLane ? 'a lane of ' : ''}${message.shard} (${formatAddress(message.master)})`
  if (message.step === 'closed') return `${gate} closed`
  return `${gate} opened after ${Math.round(message.duration)} ms: the master ${message.fate}`
})

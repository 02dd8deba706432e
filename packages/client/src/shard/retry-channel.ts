import { type Address, diagnosticChannel, formatAddress } from '@disredis/connection'

/** Name of the `diagnostics_channel` on which it is told that a command is sent again. */
export const RETRY_CHANNEL = 'disredis:retry'

export interface RetryMessage {
  readonly shard: string
  /** Its name, in lower case; no arguments. */
  readonly command: string
  /** Where it was sent before. */
  readonly address: Address
  /** The first word of the server's refusal (`READONLY`, `LOADING`, ...), or `LOST` with the connection. */
  readonly reason: string
  /** It had left the process: a write that may be executed twice, because its caller allows it. */
  readonly mayHaveExecuted: boolean
}

export const retries = diagnosticChannel<RetryMessage>(
  RETRY_CHANNEL,
  ({ shard, command, address, reason, mayHaveExecuted }) => {
    const doubt = mayHaveExecuted ? ', although it may have been executed' : ''
    return `retry of ${command} on ${shard}: ${reason} at ${formatAddress(address)}${doubt}`
  },
)

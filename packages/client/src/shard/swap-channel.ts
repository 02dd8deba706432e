import { type Address, diagnosticChannel, formatAddress } from '@disredis/connection'

/** Name of the `diagnostics_channel` on which every shard tells that another connection serves it. */
export const SWAP_CHANNEL = 'disredis:swap'

/** From now on commands are written there. */
export interface SwapMessage {
  readonly shard: string
  /** It serves a lane of the shard. */
  readonly isLane: boolean
  /** Undefined: nothing served just before. */
  readonly from: Address | undefined
  readonly to: Address
  /** `CLIENT ID` of the connection. */
  readonly id: number
  /** Counts the connections that served, from 1. */
  readonly generation: number
}

export const swaps = diagnosticChannel<SwapMessage>(
  SWAP_CHANNEL,
  ({ shard, isLane, from, to, id, generation }) => {
    const before = from === undefined ? '' : `${formatAddress(from)} -> `
    const what = isLane ? `a lane of ${shard}` : shard
    return `swap of ${what} ${before}${formatAddress(to)}, connection ${id}, generation ${generation}`
  },
)

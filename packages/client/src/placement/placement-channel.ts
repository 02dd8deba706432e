import { diagnosticChannel } from '@disredis/connection'
import type { PlacementReading } from './placement-reading.js'

/** Name of the `diagnostics_channel` on which it is told what a master's placement record says. */
export const PLACEMENT_CHANNEL = 'disredis:placement'

/** A master was read, or its record was written. */
export interface PlacementMessage {
  readonly ring: string
  readonly shard: string
  /** Compared with the client's own placement; a master that got this client's record is `same`. */
  readonly reading: PlacementReading
}

export const placements = diagnosticChannel<PlacementMessage>(
  PLACEMENT_CHANNEL,
  ({ ring, shard, reading }) => {
    const why = 'why' in reading ? `: the master ${reading.why}` : ''
    return `placement of ${shard} in ring ${ring} ${reading.state}${why}`
  },
)

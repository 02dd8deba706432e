import type { Join } from './join.js'

/**
 * How a command finds its way.
 *
 * - `keys`: to the shard of its keys, which must be one
 * - `split`: to the shards of its keys, each with its own keys; the replies are joined
 * - `all`: to every shard; the replies are joined. `oneSuffices`: errors elsewhere do not matter
 * - `cursor`: to one shard after the other; the cursor tells which
 * - `channel`: to the shard of its channel, which is chosen as a key's is
 * - `client`: by a method of the client that does more than send it; `how` is a sentence about it
 * - `shard`: nowhere; `shard(name)` sends it to one master
 * - `none`: nowhere, not even by `shard(name)`: it concerns a connection, and all callers share those
 */
export type Route =
  | { readonly to: 'keys' }
  | { readonly to: 'split'; readonly step: 1 | 2; readonly join: Join }
  | {
      readonly to: 'all'
      readonly join: Join
      readonly oneSuffices?: true
      /** A sentence for the documentation. */
      readonly note?: string
    }
  | { readonly to: 'cursor' }
  | { readonly to: 'channel' }
  | {
      readonly to: 'client'
      readonly where: 'one shard' | 'all shards' | 'by channel' | 'not routable'
      readonly how: string
    }
  | { readonly to: 'shard'; readonly why: string }
  | { readonly to: 'none'; readonly why: string }

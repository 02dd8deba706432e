import type { ServerAddress } from '../node/server-messages.js'

/** What Sentinels say to each other; answered in order. */
export type PeerRequest =
  | { readonly kind: 'ping' }
  | { readonly kind: 'publish'; readonly message: string }
  | {
      readonly kind: 'isMasterDown'
      readonly address: ServerAddress
      readonly epoch: number
      /** Who wants to be voted for; `*`: only the state is asked for. */
      readonly candidate: string
    }

export type PeerAnswer =
  | { readonly kind: 'pong'; readonly isOk: true; readonly isBusy: false }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'masterDown'
      readonly isDown: boolean
      readonly leader: string
      readonly leaderEpoch: number
    }

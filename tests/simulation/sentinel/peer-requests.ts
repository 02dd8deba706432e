import type { ServerAddress } from '../node/server-messages.js'
import { sameServer } from '../node/server-messages.js'
import type { SentinelServer } from './sentinel-server.js'

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

export function answerPeer(sentinel: SentinelServer, request: PeerRequest): PeerAnswer {
  switch (request.kind) {
    case 'ping':
      return { kind: 'pong', isOk: true, isBusy: false }
    case 'publish':
      sentinel.greetings.hear(request.message)
      return { kind: 'done' }
    case 'isMasterDown': {
      const { address, epoch, candidate } = request
      const master = [...sentinel.masters.values()].find((it) => sameServer(it.address, address))
      const isDown = !sentinel.isTilted && master?.isSubjectivelyDown === true
      const vote =
        master === undefined || candidate === '*'
          ? undefined
          : sentinel.election.vote(master, epoch, candidate)
      return {
        kind: 'masterDown',
        isDown,
        leader: vote?.leader ?? '*',
        leaderEpoch: vote?.epoch ?? 0,
      }
    }
  }
}

import { sameServer } from '../node/server-messages.js'
import type { Election } from './election.js'
import type { Greetings } from './greetings.js'
import type { PeerAnswer, PeerRequest } from './peer-messages.js'
import type { SentinelContext } from './sentinel-context.js'

export interface PeerContext extends SentinelContext {
  readonly election: Election
  readonly greetings: Greetings
}

export function answerPeer(sentinel: PeerContext, request: PeerRequest): PeerAnswer {
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

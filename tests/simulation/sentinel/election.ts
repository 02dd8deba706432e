import type { MasterInstance } from './instances.js'
import type { PeerAnswer } from './peer-messages.js'
import type { SentinelContext } from './sentinel-context.js'
import { longestDesync } from './sentinel-times.js'

/** Age in ms at which a peer's answer is forgotten, in periods of asking. */
const answersLast = 5

/** Asking the others whether a master is down, voting, and counting votes. */
export class Election {
  readonly #sentinel: SentinelContext

  constructor(sentinel: SentinelContext) {
    this.#sentinel = sentinel
  }

  ask(master: MasterInstance, isForced: boolean): void {
    const { now, id, currentEpoch, surroundings } = this.#sentinel
    const { askPeriod } = surroundings.times
    for (const peer of master.peers.values()) {
      const age = now - peer.answeredAt
      if (age > askPeriod * answersLast) {
        peer.saysDown = false
        peer.leader = ''
      }
      if (!master.isSubjectivelyDown || peer.link.isDisconnected) continue
      if (!isForced && age < askPeriod) continue
      const request = {
        kind: 'isMasterDown',
        address: master.address,
        epoch: currentEpoch,
        candidate: master.failoverState === 'none' ? '*' : id,
      }
      peer.link.request(request, (answer) => {
        if (answer === undefined) return
        const { isDown, leader, leaderEpoch } = answer as Extract<
          PeerAnswer,
          { readonly kind: 'masterDown' }
        >
        peer.answeredAt = this.#sentinel.now
        peer.saysDown = isDown
        if (leader === '*') return
        peer.leader = leader
        peer.leaderEpoch = leaderEpoch
      })
    }
  }

  adoptEpoch(epoch: number): void {
    const sentinel = this.#sentinel
    if (epoch <= sentinel.currentEpoch) return
    sentinel.currentEpoch = epoch
    sentinel.save()
    sentinel.publish('+new-epoch', String(epoch))
  }

  /** The first who asks in an epoch gets the vote. */
  vote(
    master: MasterInstance,
    epoch: number,
    candidate: string,
  ): { readonly leader: string; readonly epoch: number } | undefined {
    const sentinel = this.#sentinel
    this.adoptEpoch(epoch)
    if (master.leaderEpoch < epoch && sentinel.currentEpoch <= epoch) {
      master.leader = candidate
      master.leaderEpoch = sentinel.currentEpoch
      sentinel.save()
      sentinel.publish('+vote-for-leader', `${candidate} ${master.leaderEpoch}`)
      if (candidate !== sentinel.id) master.failoverStartedAt = sentinel.now + this.desync()
    }
    if (master.leader === '') return undefined
    return { leader: master.leader, epoch: master.leaderEpoch }
  }

  desync(): number {
    return Math.floor(this.#sentinel.surroundings.random.next() * longestDesync)
  }

  /** Who leads in that epoch; undefined while nobody has the majority. */
  leaderOf(master: MasterInstance, epoch: number): string | undefined {
    const sentinel = this.#sentinel
    const votes = new Map<string, number>()
    for (const peer of master.peers.values()) {
      if (peer.leader === '' || peer.leaderEpoch !== sentinel.currentEpoch) continue
      votes.set(peer.leader, (votes.get(peer.leader) ?? 0) + 1)
    }
    const own = this.vote(master, epoch, mostVoted(votes) ?? sentinel.id)
    if (own !== undefined && own.epoch === epoch) {
      votes.set(own.leader, (votes.get(own.leader) ?? 0) + 1)
    }
    const winner = mostVoted(votes)
    if (winner === undefined) return undefined
    const voters = master.peers.size + 1
    const needed = Math.max(Math.floor(voters / 2) + 1, master.quorum)
    return votes.get(winner)! >= needed ? winner : undefined
  }
}

function mostVoted(votes: ReadonlyMap<string, number>): string | undefined {
  let winner: string | undefined
  let most = 0
  for (const [id, count] of votes) {
    if (count > most) {
      winner = id
      most = count
    }
  }
  return winner
}

import type { Check } from '../check.js'
import { cliOnEach, type ShardFacts } from '../facts.js'

/** Votes that this shard's election needs. */
export const needed = ({ majority, view }: ShardFacts) => Math.max(majority, view?.quorum ?? 0)

const setQuorum = (shard: ShardFacts) =>
  cliOnEach(
    shard.opinions.map(({ by }) => by),
    `SENTINEL SET ${shard.name} quorum ${shard.majority}`,
  )

const quorums = ({ opinions }: ShardFacts) =>
  opinions.map(({ by, view }) => `${by} says quorum ${view.quorum}`)

const votersLine = ({ voters }: ShardFacts) =>
  `${voters.length} Sentinels have a vote: ${voters.map(({ address }) => address).join(', ')}`

export const majorityChecks: readonly Check[] = [
  {
    code: 'no-majority-after-host-loss',
    severity: 'error',
    title: 'The loss of one host leaves too few Sentinels to elect a leader: no failover',
    *find({ shards }) {
      for (const shard of shards) {
        const { voters } = shard
        const hosts = [...new Set(voters.map(({ host }) => host))]
        const fatal = hosts.filter(
          (host) => voters.filter((voter) => voter.host !== host).length < needed(shard),
        )
        if (fatal.length === 0 || (shard.view?.quorum ?? 0) > voters.length) continue
        yield {
          subject: shard.name,
          evidence: [
            votersLine(shard),
            ...fatal.map((host) => {
              const left = voters.filter((voter) => voter.host !== host).length
              return `without ${host} ${left} of ${voters.length} are left, ${needed(shard)} are needed`
            }),
          ],
          remedy: [
            'Run an odd number of Sentinels, one per host, on three or more hosts; a third host with a ' +
              'Sentinel alone is enough as a tie-breaker',
            `there: sentinel monitor ${shard.name} ${shard.view?.address.host} ${shard.view?.address.port} ${shard.view?.quorum}`,
            `after stopping a Sentinel for good, on each of the others: SENTINEL RESET ${shard.name}`,
          ],
        }
      }
    },
  },
  {
    code: 'no-majority-now',
    severity: 'error',
    title: 'No failover is possible now: too few Sentinels see each other',
    *find({ shards }) {
      for (const shard of shards) {
        if ((shard.view?.quorum ?? 0) > shard.voters.length) continue
        // One that does not know all others counts wrongly, which is a finding of its own.
        const refusals = shard.opinions.filter(
          ({ view }) =>
            view.quorumCheck?.startsWith('NOQUORUM') &&
            view.peers.length >= shard.voters.length - 1,
        )
        if (refusals.length === 0) continue
        yield {
          subject: shard.name,
          evidence: [
            votersLine(shard),
            ...refusals.map(({ by, view }) => `${by} says ${view.quorumCheck}`),
          ],
          remedy: [
            'Start the Sentinels that are down; see the findings about each of them',
            `those that are gone for good: SENTINEL RESET ${shard.name} on each remaining Sentinel, 30 s apart`,
          ],
        }
      }
    },
  },
  {
    code: 'quorum-above-voters',
    severity: 'error',
    title: 'The quorum is higher than the number of Sentinels: no failover, ever',
    *find({ shards }) {
      for (const shard of shards) {
        if ((shard.view?.quorum ?? 0) <= shard.voters.length) continue
        yield {
          subject: shard.name,
          evidence: [votersLine(shard), ...quorums(shard)],
          remedy: setQuorum(shard),
        }
      }
    },
  },
  {
    code: 'quorum-above-majority',
    severity: 'warning',
    title:
      'The quorum is above the majority: fewer lost Sentinels than necessary prevent a failover',
    *find({ shards }) {
      for (const shard of shards) {
        const quorum = shard.view?.quorum ?? 0
        if (quorum <= shard.majority || quorum > shard.voters.length) continue
        yield {
          subject: shard.name,
          evidence: [votersLine(shard), ...quorums(shard)],
          remedy: setQuorum(shard),
        }
      }
    },
  },
  {
    code: 'quorum-far-below-majority',
    severity: 'warning',
    title: 'The quorum is far below the majority: one Sentinel that is cut off starts elections',
    *find({ shards }) {
      for (const shard of shards) {
        const quorum = shard.view?.quorum ?? shard.majority
        if (quorum * 2 > shard.majority) continue
        yield {
          subject: shard.name,
          evidence: [votersLine(shard), ...quorums(shard)],
          remedy: setQuorum(shard),
        }
      }
    },
  },
  {
    code: 'even-number-of-sentinels',
    severity: 'warning',
    title: 'An even number of Sentinels survives no more losses than one Sentinel less',
    *find({ shards }) {
      for (const shard of shards) {
        const count = shard.voters.length
        if (count === 0 || count % 2 === 1) continue
        yield {
          subject: shard.name,
          evidence: [
            votersLine(shard),
            `a majority is ${shard.majority}: ${count - shard.majority} may be lost, as with ${count - 1} Sentinels`,
          ],
          remedy: [
            'Add a Sentinel on a host that has none, or stop one and then, on each of the others: ' +
              `SENTINEL RESET ${shard.name}`,
          ],
        }
      }
    },
  },
]

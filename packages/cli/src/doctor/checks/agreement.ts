import { formatAddress, isSameAddress } from '@disredis/sentinel'
import type { Check, Sight } from '../check.js'
import { cli, cliOnEach, type Opinion, type ShardFacts } from '../facts.js'

/** Sentinels that name different masters of one name, of which neither knows the other. */
export function areStrangers({ opinions }: ShardFacts): boolean {
  return opinions.some((one) =>
    opinions.some(
      (other) =>
        !knows(one, formatAddress(other.view.address)) &&
        !knows(other, formatAddress(one.view.address)),
    ),
  )
}

function knows({ view }: Opinion, address: string): boolean {
  return [view.address, ...view.replicas.map((replica) => replica.address)].some(
    (known) => formatAddress(known) === address,
  )
}

/** The Sentinels differ about this shard in what `say` tells of their view. */
function* differences(
  shards: readonly ShardFacts[],
  what: string,
  say: (opinion: Opinion) => string,
  remedy: (shard: ShardFacts) => readonly string[],
): Iterable<Sight> {
  for (const shard of shards) {
    const said = shard.opinions.map((opinion) => say(opinion))
    if (new Set(said).size < 2) continue
    yield {
      subject: shard.name,
      evidence: shard.opinions.map(({ by }, index) => `${by} says ${what} ${said[index]}`),
      remedy: remedy(shard),
    }
  }
}

const timing = ({ view }: Opinion) =>
  `down-after-milliseconds ${view.downAfter}, failover-timeout ${view.failoverTimeout}, parallel-syncs ${view.parallelSyncs}`

export const agreementChecks: readonly Check[] = [
  {
    code: 'foreign-sentinels',
    severity: 'error',
    title: 'Sentinels of two deployments found each other and vote on the same name',
    *find({ shards }) {
      for (const shard of shards) {
        if (!areStrangers(shard)) continue
        yield {
          subject: shard.name,
          evidence: shard.opinions.map(
            ({ by, view }) =>
              `${by} watches ${formatAddress(view.address)} under this name, with ${view.peers.length} other Sentinels`,
          ),
          remedy: [
            'Give each deployment names of its own for its masters, and passwords of its own to its servers and Sentinels',
            `then, on each Sentinel of both, 30 s apart: SENTINEL RESET ${shard.name}`,
          ],
        }
      }
    },
  },
  {
    code: 'sentinels-disagree-on-masters',
    severity: 'error',
    title: 'The Sentinels do not watch the same masters: clients see different shards',
    *find({ shards, sentinels }) {
      for (const shard of shards) {
        const silent = sentinels.filter(
          (sentinel) => !shard.opinions.some((opinion) => opinion.sentinel === sentinel),
        )
        if (silent.length === 0 || shard.view === undefined) continue
        const { address, quorum } = shard.view
        yield {
          subject: shard.name,
          evidence: [
            ...shard.opinions.map(({ by }) => `${by} watches ${shard.name}`),
            ...silent.map((one) => `${formatAddress(one.address)} does not watch ${shard.name}`),
          ],
          remedy: cliOnEach(
            silent.map((one) => one.address),
            `SENTINEL MONITOR ${shard.name} ${address.host} ${address.port} ${quorum}`,
          ),
        }
      }
    },
  },
  {
    code: 'sentinels-disagree-on-address',
    severity: 'error',
    title: 'The Sentinels name different nodes as the master',
    *find({ shards }) {
      yield* differences(
        shards.filter((shard) => !areStrangers(shard)),
        'the master is',
        ({ view }) => `${formatAddress(view.address)} (config-epoch ${view.configEpoch})`,
        ({ name, view, opinions }) => [
          'Wait 10 s: in a failover they agree again by themselves',
          `check which node says that it is master: ${cli(view!.address, 'ROLE')}`,
          ...opinions
            .filter(({ view: other }) => !isSameAddress(other.address, view!.address))
            .map(({ by }) => {
              const { host, port } = view!.address
              const monitor = `SENTINEL MONITOR ${name} ${host} ${port} ${view!.quorum}`
              return `if ${by} stays behind: ${cli(by, `SENTINEL REMOVE ${name}`)}; ${cli(by, monitor)}, and its options`
            }),
        ],
      )
    },
  },
  {
    code: 'sentinels-disagree-on-quorum',
    severity: 'warning',
    title:
      'The Sentinels have different quorums: which of them leads decides whether there is a failover',
    *find({ shards }) {
      yield* differences(
        shards,
        'quorum',
        ({ view }) => `${view.quorum}`,
        ({ name, majority, opinions }) =>
          cliOnEach(
            opinions.map(({ by }) => by),
            `SENTINEL SET ${name} quorum ${majority}`,
          ),
      )
    },
  },
  {
    code: 'sentinels-disagree-on-timing',
    severity: 'warning',
    title: 'The Sentinels have different timeouts for the same master',
    *find({ shards }) {
      yield* differences(shards, 'that it has', timing, ({ name, view, opinions }) =>
        cliOnEach(
          opinions.map(({ by }) => by),
          `SENTINEL SET ${name} down-after-milliseconds ${view!.downAfter} failover-timeout ${view!.failoverTimeout} parallel-syncs ${view!.parallelSyncs}`,
        ),
      )
    },
  },
  {
    code: 'sentinel-unknown-to-others',
    severity: 'error',
    title:
      'Sentinels that watch the same master do not know each other: their votes are not counted',
    *find({ shards }) {
      for (const shard of shards) {
        if (areStrangers(shard)) continue
        const gaps = shard.opinions.flatMap((one) =>
          shard.opinions
            .filter((other) => other !== one && other.sentinel.id !== undefined)
            .filter((other) => !one.view.peers.some(({ id }) => id === other.sentinel.id))
            .map((other) => `${one.by} does not know ${other.by}`),
        )
        if (gaps.length === 0) continue
        yield {
          subject: shard.name,
          evidence: gaps,
          remedy: [
            'They meet through the master: each publishes itself there every 2 s. Check that each may: ' +
              `${cli(shard.view!.address, 'PUBSUB NUMSUB __sentinel__:hello')} must count one per Sentinel`,
            'check that their sentinel myid differ: a copied sentinel.conf has the id of the original',
          ],
        }
      }
    },
  },
]

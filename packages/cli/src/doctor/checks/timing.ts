import type { MasterView } from '../../snapshot/snapshot.js'
import type { Check, Sight } from '../check.js'
import { cliOnEach, type ShardFacts } from '../facts.js'

/** Where the believed view is wrong: what each Sentinel has, and how to set it. */
function* wrong(
  shards: readonly ShardFacts[],
  directive: string,
  value: (view: MasterView) => number,
  isWrong: (view: MasterView, shard: ShardFacts) => string | undefined,
  better: number,
): Iterable<Sight> {
  for (const shard of shards) {
    const reason = shard.view === undefined ? undefined : isWrong(shard.view, shard)
    if (reason === undefined) continue
    yield {
      subject: shard.name,
      evidence: [
        ...shard.opinions.map(({ by, view }) => `${by} has ${directive} ${value(view)}`),
        reason,
      ],
      remedy: cliOnEach(
        shard.opinions.map(({ by }) => by),
        `SENTINEL SET ${shard.name} ${directive} ${better}`,
      ),
    }
  }
}

export const timingChecks: readonly Check[] = [
  {
    code: 'down-after-above-command-timeout',
    severity: 'warning',
    title:
      'Sentinel waits longer than clients do: in a crash their commands fail before a replica is promoted',
    *find({ shards }, { commandTimeout }) {
      yield* wrong(
        shards,
        'down-after-milliseconds',
        ({ downAfter }) => downAfter,
        ({ downAfter }) =>
          downAfter >= commandTimeout
            ? `commandTimeout of the clients is ${commandTimeout} ms`
            : undefined,
        Math.min(5000, Math.floor(commandTimeout / 2)),
      )
    },
  },
  {
    code: 'down-after-too-short',
    severity: 'warning',
    title: 'A pause of less than a second counts as a dead master: failovers for no reason',
    *find({ shards }, { shortestDownAfter }) {
      yield* wrong(
        shards,
        'down-after-milliseconds',
        ({ downAfter }) => downAfter,
        ({ downAfter }) =>
          downAfter < shortestDownAfter
            ? 'Sentinel pings once a second; forks, slow disks and live migrations pause a server for longer'
            : undefined,
        5000,
      )
    },
  },
  {
    code: 'failover-timeout-out-of-range',
    severity: 'warning',
    title: 'failover-timeout is out of the range that works',
    *find({ shards }, { shortestFailoverTimeout: least, longestFailoverTimeout: most }) {
      yield* wrong(
        shards,
        'failover-timeout',
        ({ failoverTimeout }) => failoverTimeout,
        ({ failoverTimeout }) => {
          if (failoverTimeout < least) {
            return 'a failover is given up before the replica has been promoted and seen as master'
          }
          if (failoverTimeout <= most) return undefined
          return `after a failed attempt the next one comes after twice as long: ${(failoverTimeout * 2) / 60_000} minutes`
        },
        60_000,
      )
    },
  },
  {
    code: 'parallel-syncs-all',
    severity: 'warning',
    title:
      'After a failover all replicas load the new data at once: none is left for reads or the next fault',
    *find({ shards }) {
      yield* wrong(
        shards,
        'parallel-syncs',
        ({ parallelSyncs }) => parallelSyncs,
        ({ parallelSyncs }, { replicas }) =>
          // One of them is the next master: the others follow it.
          replicas.length > 2 && parallelSyncs >= replicas.length - 1
            ? `there are ${replicas.length} replicas`
            : undefined,
        1,
      )
    },
  },
]

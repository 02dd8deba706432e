import type { PlacementRecord } from '@disredis/client'
import { formatAddress } from '@disredis/sentinel'
import { placementOn, ringsOf } from '../../placement/describe-placement.js'
import type { Check } from '../check.js'
import type { ShardFacts } from '../facts.js'

/** A master with its record of one ring. */
interface Recorded {
  readonly shard: ShardFacts
  readonly record: PlacementRecord
}

/** A ring of one master has every key there, whatever it is called. */
function isOfOne({ weights }: PlacementRecord): boolean {
  return Object.keys(weights).length === 1
}

/** No client is served by both: one says that it shares the keys with the other, which denies it. */
function contradict({ record }: Recorded, { shard, record: other }: Recorded): boolean {
  return (
    Object.hasOwn(record.weights, shard.name) &&
    (record.fingerprint !== other.fingerprint || record.epoch !== other.epoch)
  )
}

function isMisplaced({ shard, record }: Recorded): boolean {
  return record.shard !== shard.name && !isOfOne(record)
}

function say({ shard, record }: Recorded): string {
  const weights = Object.entries(record.weights).map((weight) => weight.join('='))
  return (
    `${formatAddress(shard.view!.address)}, master of ${shard.name}, says that it is ${record.shard} ` +
    `of ${weights.join(',')}, epoch ${record.epoch}, fingerprint ${record.fingerprint}`
  )
}

export const placementChecks: readonly Check[] = [
  {
    code: 'placement-records-differ',
    severity: 'error',
    title: 'The masters of a ring disagree about which master has which keys',
    *find({ shards }) {
      for (const ring of ringsOf(shards)) {
        const recorded = shards.flatMap((shard): Recorded[] => {
          const reading = shard.master && placementOn(shard.master, ring)
          return reading?.found === 'record' ? [{ shard, record: reading.record }] : []
        })
        const wrong = recorded.filter(
          (one) =>
            isMisplaced(one) ||
            recorded.some((other) => contradict(one, other) || contradict(other, one)),
        )
        if (wrong.length === 0) continue
        yield {
          subject: `ring ${ring}`,
          evidence: wrong.map(say),
          remedy: [
            `Find out what the applications have in masters, ring and ringName; which records fit them: disredis placement check --ring-name ${ring} --masters … --weights …`,
            'Clients of two sets of masters that share one need ring names of their own: option ringName',
            `After keys were moved, with every client of the ring stopped: disredis placement reset --ring-name ${ring}`,
          ],
        }
      }
    },
  },
]

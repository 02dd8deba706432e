// How evenly slots fall and what an added shard moves. Build first, then: node bench/spread.mjs
import { createRing, SLOT_COUNT } from '@disredis/hash-ring'

const NAME_SETS = 60
const keys = Array.from({ length: 100_000 }, (_, i) => `user:${i}`)
const named = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)
const percent = (part) => `${(100 * part).toFixed(2)} %`

function maxOverMean(names) {
  const ring = createRing(names)
  return (Math.max(...names.map((name) => ring.slots(name).length)) * names.length) / SLOT_COUNT
}

for (const count of [3, 8, 16, 64]) {
  const others = Array.from({ length: NAME_SETS }, (_, i) => maxOverMean(named(`n${i}-`, count)))
  const median = others.sort((a, b) => a - b)[NAME_SETS / 2]
  const before = createRing(named('shard-', count))
  const after = createRing(named('shard-', count + 1))
  const moved = keys.filter((key) => before.locate(key) !== after.locate(key))
  const elsewhere = moved.filter((key) => after.locate(key) !== `shard-${count + 1}`)
  console.log(
    `${String(count).padStart(2)} shards: max/mean ${maxOverMean(before.names).toFixed(3)},`,
    `median of ${NAME_SETS} other name sets ${median.toFixed(3)};`,
    `one more moves ${percent(moved.length / keys.length)} (ideal ${percent(1 / (count + 1))}),`,
    `${elsewhere.length} of these to an old shard`,
  )
}

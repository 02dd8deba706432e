// Key to shard, side by side with npm cluster-key-slot. Build first, then: node bench/lookup.mjs
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { createRing, keySlot } from '@disredis/hash-ring'

const clusterKeySlot = createRequire(import.meta.url)('cluster-key-slot')
const ROUNDS = 101
const PASSES = 16

// As they come from a parser: flat strings, each one different.
const keys = Array.from({ length: 4096 }, (_, i) =>
  Buffer.from(`user:session:${String((i * 7919) % 1e7).padStart(7, '0')}`).toString('latin1'),
)
const tagged = keys.map((key) => Buffer.from(`{${key.slice(5)}}:cart`).toString('latin1'))
const buffers = keys.map((key) => Buffer.from(key))
const accented = keys.map((key) => `é${key.slice(1)}`)

const shardNames = (count) => Array.from({ length: count }, (_, i) => `shard-${i + 1}`)
const [three, many] = [createRing(shardNames(3)), createRing(shardNames(64))]

const contestants = {
  'cluster-key-slot, key to slot': [keys, clusterKeySlot],
  'keySlot, key to slot': [keys, keySlot],
  'indexOf, 3 shards': [keys, (key) => three.indexOf(key)],
  'indexOf, 64 shards': [keys, (key) => many.indexOf(key)],
  'locate, 3 shards': [keys, (key) => three.locate(key)],
  'locate, 64 shards': [keys, (key) => many.locate(key)],
  'locate, 64 shards, hash tag': [tagged, (key) => many.locate(key)],
  'locate, 64 shards, Buffer': [buffers, (key) => many.locate(key)],
  'locate, 64 shards, not ASCII': [accented, (key) => many.locate(key)],
}

let sink = 0
function nanosecondsPerCall([inputs, call]) {
  const start = performance.now()
  for (let pass = 0; pass < PASSES; pass++) {
    for (let i = 0; i < inputs.length; i++) if (call(inputs[i]) === -1) sink++
  }
  return ((performance.now() - start) * 1e6) / (PASSES * inputs.length)
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

const samples = Object.keys(contestants).map(() => [])
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, contestant] of Object.values(contestants).entries()) {
    samples[i].push(nanosecondsPerCall(contestant))
  }
}
const medians = samples.map(median)
console.log(`Key of ${keys[0].length} characters, median of ${ROUNDS} interleaved rounds, ns`)
for (const [i, name] of Object.keys(contestants).entries()) {
  const ratio = (medians[0] / medians[i]).toFixed(1)
  console.log(`${name.padEnd(32)}${medians[i].toFixed(1).padStart(8)}${`x ${ratio}`.padStart(9)}`)
}

console.log('\nBuilding a ring, median of 21, ms')
for (const count of [3, 8, 16, 64]) {
  const equal = shardNames(count)
  const weighted = Object.fromEntries(equal.map((name, i) => [name, 1 + (i % 7)]))
  const times = [equal, weighted].map((shards) =>
    median(
      Array.from({ length: 21 }, () => {
        const start = performance.now()
        createRing(shards)
        return performance.now() - start
      }),
    ).toFixed(1),
  )
  console.log(`${String(count).padStart(3)} shards: ${times[0]} equal, ${times[1]} weighted`)
}
if (sink > 0) process.exitCode = 1

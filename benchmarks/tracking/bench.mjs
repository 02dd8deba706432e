import { dial } from '@disredis/connection'
import { startFleet } from '@disredis/fleet'

/**
 * What each mode of CLIENT TRACKING costs: the server's CPU and the bytes on the wire for a read that is to be
 * kept, for one that is not, and for a write by somebody else. One master, one connection, 100 requests at a
 * time. `node benchmarks/tracking/bench.mjs` after `npm run build`.
 */
const reads = 200_000
const batch = 100
const rounds = 5
const value = 'x'.repeat(100)

const key = (i) => `k:${String(i).padStart(6, '0')}`

/** The mode, and what a read takes on its connection. */
const modes = [
  { name: 'no tracking', begin: undefined, kept: [], other: [] },
  { name: 'default', begin: ['TRACKING', 'ON'], kept: [], other: [] },
  {
    name: 'OPTIN',
    begin: ['TRACKING', 'ON', 'OPTIN'],
    kept: [['CLIENT', 'CACHING', 'YES']],
    other: [],
  },
  {
    name: 'BCAST PREFIX k:',
    begin: ['TRACKING', 'ON', 'BCAST', 'PREFIX', 'k:'],
    kept: [],
    other: [],
  },
]

async function statsOf(node) {
  const text = String(await node.command('INFO', 'everything'))
  const field = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)[1])
  return {
    cpu: (field('used_cpu_user') + field('used_cpu_sys')) * 1e6,
    in: field('total_net_input_bytes'),
    out: field('total_net_output_bytes'),
  }
}

async function measured(node, count, work) {
  const before = await statsOf(node)
  await work()
  const after = await statsOf(node)
  return {
    'server µs': (after.cpu - before.cpu) / count,
    'bytes to it': (after.in - before.in) / count,
    'bytes from it': (after.out - before.out) / count,
  }
}

async function asked(connection, count, requestsOf) {
  for (let i = 0; i < count; i += batch) {
    const replies = []
    for (let j = i; j < i + batch; j++) {
      for (const [name, ...args] of requestsOf(j)) replies.push(connection.request(name, ...args))
    }
    await Promise.all(replies)
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

const fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, downAfter: 60_000 })
const node = fleet.master()
const { connection: writer } = await dial(node.address, { timeout: 2000 })
await asked(writer, 20_000, (i) => [['SET', key(i), value]])

const results = new Map()
for (let round = 0; round < rounds; round++) {
  for (const { name, begin, kept, other } of modes) {
    const { connection } = await dial(node.address, { timeout: 2000 })
    if (begin !== undefined) await connection.request('CLIENT', ...begin)
    const at = (i) => key(i % 20_000)
    const figures = {
      'a read that is kept': await measured(node, reads, () =>
        asked(connection, reads, (i) => [...kept, ['GET', at(i)]]),
      ),
      'a read that is not': await measured(node, reads, () =>
        asked(connection, reads, (i) => [...other, ['GET', at(i)]]),
      ),
      'a write of a key that was read': await measured(node, 20_000, () =>
        asked(writer, 20_000, (i) => [['SET', key(i), value]]),
      ),
      'a write of a key that was not': await measured(node, 20_000, () =>
        asked(writer, 20_000, (i) => [['SET', `k:other:${i}`, value]]),
      ),
    }
    for (const [what, figure] of Object.entries(figures)) {
      for (const [unit, number] of Object.entries(figure)) {
        const id = `${what} | ${name} | ${unit}`
        results.set(id, [...(results.get(id) ?? []), number])
      }
    }
    connection.destroy()
  }
}
writer.destroy()
for (const what of [
  'a read that is kept',
  'a read that is not',
  'a write of a key that was read',
  'a write of a key that was not',
]) {
  console.log(`\n${what}`)
  console.table(
    Object.fromEntries(
      modes.map(({ name }) => [
        name,
        Object.fromEntries(
          ['server µs', 'bytes to it', 'bytes from it'].map((unit) => [
            unit,
            Number(median(results.get(`${what} | ${name} | ${unit}`)).toFixed(2)),
          ]),
        ),
      ]),
    ),
  )
}
await fleet.close()

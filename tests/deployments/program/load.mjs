import { createInterface } from 'node:readline'
import { Disredis } from '@disredis/client'

/**
 * Writes to every shard without a pause, and keeps account. Reads words from standard input, answers
 * each with a line of JSON:
 *
 * - `phase NAME`: what follows belongs to it
 * - `wait N SHARD...`: when each of these shards has acknowledged N more writes
 * - `finish`: what was acknowledged, lost, written twice and refused, by phase; ends
 */
const { env } = process
const redis = await Disredis.connect({
  sentinels: /** @type {string} */ (env.DISREDIS_SENTINELS),
  username: env.DISREDIS_USERNAME,
  password: env.DISREDIS_PASSWORD,
  sentinelUsername: env.DISREDIS_SENTINEL_USERNAME,
  sentinelPassword: env.DISREDIS_SENTINEL_PASSWORD,
})
redis.on('error', () => {})

/** What happened, for the story of a loss: `[ms, what]`. @type {[number, string][]} */
const history = []
const note = (/** @type {string} */ what) => history.push([performance.now(), what])
for (const name of /** @type {const} */ ([
  'failoverStarted',
  'failoverCompleted',
  'failoverAborted',
  'shardDown',
  'shardUp',
])) {
  redis.on(name, (/** @type {object} */ event) => note(`${name} ${JSON.stringify(event)}`))
}

let phase = 'start'
let isEnding = false
/** @type {Map<string, { acked: number, errors: Record<string, number> }>} */
const accounts = new Map()
const account = () => {
  const known = accounts.get(phase) ?? { acked: 0, errors: {} }
  accounts.set(phase, known)
  return known
}
/** Acknowledged ids by key, with the phase in which they were, and when. @type {Map<string, Map<string, { phase: string, at: number }>>} */
const acked = new Map()
/** @type {Map<string, number>} */
const acksOf = new Map()

redis.on('topologyChanged', ({ current }) => {
  const away = current.sentinels.filter(({ isConnected }) => !isConnected)
  note(`no link to ${away.length} Sentinels ${JSON.stringify(away.map(({ address }) => address))}`)
})

/** Two keys on each shard. */
const keys = []
for (const shard of redis.shards().keys()) {
  for (let i = 0, found = 0; found < 2; i++) {
    if (redis.explain(`load:${i}`).shard === shard) {
      keys.push(`load:${i}`)
      found++
    }
  }
}

const write = async (/** @type {string} */ key) => {
  const mine = new Map()
  acked.set(key, mine)
  const { shard } = redis.explain(key)
  for (let i = 0; !isEnding; i++) {
    const id = `${key}/${i}`
    const during = account()
    const name = phase
    try {
      await redis.rpush(key, id)
      mine.set(id, { phase: name, at: performance.now() })
      during.acked++
      acksOf.set(shard, (acksOf.get(shard) ?? 0) + 1)
    } catch (error) {
      const code = /** @type {{ code?: string, message: string }} */ (error)
      const kind = code.code ?? code.message
      during.errors[kind] = (during.errors[kind] ?? 0) + 1
    }
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
const writing = Promise.all(keys.map(write))
const tell = (/** @type {object} */ answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
tell({ shards: [...redis.shards().keys()] })

for await (const line of createInterface({ input: process.stdin })) {
  const [word, ...rest] = line.split(' ')
  if (word === 'phase') {
    phase = /** @type {string} */ (rest[0])
    note(`phase ${phase}`)
    account()
    tell({ phase })
  } else if (word === 'wait') {
    const [count, ...shards] = rest
    const goals = shards.map((shard) => [shard, (acksOf.get(shard) ?? 0) + Number(count)])
    while (
      goals.some(([shard, goal]) => (acksOf.get(/** @type {string} */ (shard)) ?? 0) < Number(goal))
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    tell({ waited: shards })
  } else {
    break
  }
}

isEnding = true
await writing
/** @type {Record<string, { acked: number, lost: number, twice: number, errors: Record<string, number> }>} */
const result = {}
for (const [name, { acked: count, errors }] of accounts) {
  result[name] = { acked: count, lost: 0, twice: 0, errors }
}
for (const [key, ids] of acked) {
  const stored = await redis.lrange(key, 0, -1)
  const found = new Set(stored)
  /** @type {number[]} */
  const lostAt = []
  for (const [id, { phase: name, at }] of ids) {
    if (found.has(id)) continue
    const during = /** @type {{ lost: number }} */ (result[name])
    during.lost++
    lostAt.push(at)
  }
  if (lostAt.length > 0) {
    note(`lost from here: ${lostAt.length} of ${key} on ${redis.explain(key).shard}`)
    const [, what] = /** @type {[number, string]} */ (history.pop())
    history.push([Math.min(...lostAt), what], [Math.max(...lostAt), `lost until here of ${key}`])
  }
  const { twice } = /** @type {{ twice: number }} */ (result[phase])
  Object.assign(/** @type {object} */ (result[phase]), {
    twice: twice + stored.length - found.size,
  })
}
if (history.some(([, what]) => what.startsWith('lost'))) {
  for (const [at, what] of history.sort(([a], [b]) => a - b)) console.error(at.toFixed(0), what)
}
await redis.close()
tell(result)
process.exit(0)

import { parseArgs } from 'node:util'
import { startFleet } from '@disredis/fleet'
import { startApp } from './app-process.mjs'
import { cases, contests } from './contests.mjs'
import { leaveTheApplicationACore } from './cores.mjs'
import { load, makeSessions } from './load.mjs'

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '12' },
    requests: { type: 'string', default: '1000' },
    'warm-up': { type: 'string', default: '6000' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
  },
})
const [processes, rounds, requests, warmUp, connections] = [
  'processes',
  'rounds',
  'requests',
  'warm-up',
  'connections',
].map((name) => {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${name} is ${values[name]}; it takes a whole number above 0`)
})
const chosen = contests.filter(({ name }) => name.includes(values.only))
if (chosen.length === 0) throw new Error(`--only ${values.only}: no contest has that in its name`)

const hasCore = leaveTheApplicationACore()
const fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 })
try {
  const where = {
    sentinels: fleet.sentinels,
    redis: { ...fleet.master(fleet.masters[0]).address },
  }
  for (const contest of chosen) {
    console.log(
      `\n${contest.name} (${connections} connections; ${processes} processes each, ${rounds} rounds of ${requests} requests in each, behind ${warmUp} to warm up; ` +
        `${hasCore ? 'the application has a core of its own' : 'all share the cores'})\n`,
    )
    console.log(
      '| | requests/s | p99 | peer: requests/s | p99 | ratio (its middle half) | CPU, µs a request | peer | ratio (its middle half) | of that the session | peer |',
    )
    console.log('|---|---|---|---|---|---|---|---|---|---|---|')
    const results = new Map(cases.map((one) => [one, [[], [], []]]))
    for (let i = 0; i < processes; i++) {
      // Where a process happens to have its code and heap makes some percent: several even it out.
      const apps = []
      for (const name of [contest.app, contest.peer, contest.bare]) {
        apps.push(await startApp(name, where))
      }
      try {
        for (const one of cases) await compare(apps, one, results.get(one))
      } finally {
        for (const app of apps) await app.end()
      }
    }
    for (const [{ name }, both] of results) console.log(row(name, both))
  }
} finally {
  await fleet.close()
}

/** Rounds take turns, so that all see the same machine; ratios are taken round by round. */
async function compare(apps, { begin, path }, results) {
  const cookies = []
  for (const { url } of apps) {
    cookies.push(await makeSessions(url, begin, connections))
    // A server runs for days; in its first seconds it runs what is not compiled yet.
    await load(url, path, cookies.at(-1), warmUp)
  }
  for (let round = 0; round < rounds; round++) {
    for (const i of round % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
      const before = await apps[i].cpu()
      const result = await load(apps[i].url, path, cookies[i], requests)
      results[i].push({ ...result, cpu: ((await apps[i].cpu()) - before) / requests })
    }
  }
}

/** What a session costs is what its application takes more than the one without. */
function row(name, [ours, theirs, bare]) {
  const speeds = [ours, theirs].flatMap((all) => [
    Math.round(quantile(all.map(({ requestsPerSecond }) => requestsPerSecond))),
    `${quantile(all.map(({ p99 }) => p99))} ms`,
  ])
  const speed = ratio((i) => ours[i].requestsPerSecond / theirs[i].requestsPerSecond)
  const [us, them, none] = [ours, theirs, bare].map((all) => quantile(all.map(({ cpu }) => cpu)))
  const cpu = ratio((i) => theirs[i].cpu / ours[i].cpu)
  const columns = [...speeds, speed, Math.round(us), Math.round(them), cpu]
  return `| ${[name, ...columns, Math.round(us - none), Math.round(them - none)].join(' | ')} |`

  /** Above 1: ours does more in the same time, or needs less for the same. */
  function ratio(of) {
    const all = ours.map((_, i) => of(i))
    const [middle, low, high] = [0.5, 0.25, 0.75].map((share) => quantile(all, share).toFixed(2))
    return `${middle} (${low}..${high})`
  }
}

/** Below it lies that share of the values; 0.5: the median. */
function quantile(values, share = 0.5) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at % 1)
}

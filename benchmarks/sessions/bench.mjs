import { parseArgs } from 'node:util'
import { startFleet } from '@disredis/fleet'
import { startApp } from './app-process.mjs'
import { cases, contests } from './contests.mjs'
import { leaveTheApplicationACore } from './cores.mjs'
import { load, makeSessions } from './load.mjs'

const { values } = parseArgs({
  options: {
    masters: { type: 'string', default: '1' },
    processes: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '6' },
    requests: { type: 'string', default: '2000' },
    'warm-up': { type: 'string', default: '10000' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
  },
})
const [masters, processes, rounds, requests, warmUp, connections] = [
  'masters',
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

const roles = ['app', 'near', 'peer', 'bare']
const speed = {
  head: [
    ...['requests/s', 'p99', 'near: requests/s', 'p99', 'peer: requests/s', 'p99'],
    ...['ratio (its middle half)', 'near'],
    ...['CPU, µs a request', 'near', 'peer', 'ratio (its middle half)', 'near'],
  ],
  row: ({ app, near, peer }) => {
    const faster = (one, other) => one.requestsPerSecond / other.requestsPerSecond
    const cheaper = (one, other) => other.cpu / one.cpu
    return [
      ...[app, near, peer].flatMap((all) => [
        Math.round(medianOf(all, 'requestsPerSecond')),
        `${medianOf(all, 'p99')} ms`,
      ]),
      ...[app, near].map((all) => ratio(all, peer, faster)),
      ...[app, near, peer].map((all) => Math.round(medianOf(all, 'cpu'))),
      ...[app, near].map((all) => ratio(all, peer, cheaper)),
    ]
  },
}
/** `beyond`: what an application takes more than the same one without sessions, collections of garbage included. */
const cost = {
  head: [
    ...['inside session code, µs a request', 'near', 'peer', 'near, of the peer’s'],
    ...['CPU beyond the bare application, µs a request', 'near', 'peer'],
  ],
  row: ({ app, near, peer, bare }) => {
    const part = near.map(({ inside }, i) => inside / peer[i].inside)
    return [
      ...[app, near, peer].map((all) => Math.round(medianOf(all, 'inside'))),
      `${quantile(part).toFixed(2)} x`,
      ...[app, near, peer].map((all) => Math.round(medianOf(all, 'cpu') - medianOf(bare, 'cpu'))),
    ]
  },
}

const hasCore = leaveTheApplicationACore()
const fleet = await startFleet({ masters, replicas: 0, sentinels: 3, downAfter: 30_000 })
try {
  const where = {
    sentinels: fleet.sentinels,
    redis: { ...fleet.master(fleet.masters[0]).address },
  }
  for (const contest of chosen) {
    console.log(
      `\n${contest.name}, disredis on ${masters === 1 ? 'one master' : `${masters} masters`} (${connections} connections; ${processes} processes each, ${rounds} rounds of ${requests} requests in each, behind ${warmUp} to warm up; ` +
        `${hasCore ? 'the application has a core of its own' : 'all share the cores'})`,
    )
    const results = new Map(
      cases.map((one) => [one, Object.fromEntries(roles.map((role) => [role, []]))]),
    )
    for (let i = 0; i < processes; i++) {
      // Where a process happens to have its code and heap makes some percent: several even it out.
      const apps = {}
      try {
        for (const role of roles) apps[role] = await startApp(contest[role], where)
        for (const one of cases) await compare(apps, one, results.get(one))
      } finally {
        for (const app of Object.values(apps)) await app.end()
      }
    }
    for (const table of [speed, cost]) {
      console.log(`\n| | ${table.head.join(' | ')} |\n|---${'|---'.repeat(table.head.length)}|`)
      for (const [{ name }, all] of results)
        console.log(`| ${[name, ...table.row(all)].join(' | ')} |`)
    }
  }
} finally {
  await fleet.close()
}

/** Rounds take turns, so that all see the same machine; ratios are taken round by round. */
async function compare(apps, { begin, path }, results) {
  const cookies = {}
  for (const role of roles) {
    const { url } = apps[role]
    cookies[role] = await makeSessions(url, begin, connections)
    // A server runs for days; in its first seconds it runs what is not compiled yet.
    await load(url, path, cookies[role], warmUp)
  }
  for (let round = 0; round < rounds; round++) {
    for (const role of turn(round))
      results[role].push(await measure(apps[role], path, cookies[role]))
  }
  // Rounds of their own: to be watched costs time, too.
  for (let round = 0; round < rounds; round++) {
    for (const role of turn(round)) {
      await apps[role].beginSessionTime()
      const { cpu } = await measure(apps[role], path, cookies[role])
      const inside = (await apps[role].endSessionTime()) * cpu
      results[role][results[role].length - rounds + round].inside = inside
    }
  }
}

function turn(round) {
  return round % 2 === 0 ? roles : roles.toReversed()
}

async function measure(app, path, cookies) {
  const before = await app.cpu()
  const result = await load(app.url, path, cookies, requests)
  return { ...result, cpu: ((await app.cpu()) - before) / requests }
}

function medianOf(all, field) {
  return quantile(all.map((one) => one[field]))
}

/** Above 1: the first does more in the same time, or needs less for the same. */
function ratio(ours, theirs, of) {
  const all = ours.map((one, i) => of(one, theirs[i]))
  const [middle, low, high] = [0.5, 0.25, 0.75].map((share) => quantile(all, share).toFixed(2))
  return `${middle} (${low}..${high})`
}

/** Below it lies that share of the values; 0.5: the median. */
function quantile(values, share = 0.5) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at % 1)
}

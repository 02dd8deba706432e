import { parseArgs } from 'node:util'
import { startFleet } from '@disredis/fleet'
import { startApp } from './app-process.mjs'
import { cases, contests } from './contests.mjs'
import { load, makeSessions } from './load.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
  },
})
const [rounds, seconds, connections] = ['rounds', 'seconds', 'connections'].map((name) =>
  Number(values[name]),
)

const fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 })
try {
  const where = {
    sentinels: fleet.sentinels,
    redis: { ...fleet.master(fleet.masters[0]).address },
  }
  for (const contest of contests.filter(({ name }) => name.includes(values.only))) {
    const apps = [await startApp(contest.app, where), await startApp(contest.peer, where)]
    try {
      console.log(
        `\n${contest.name} (${connections} connections, ${rounds} rounds of ${seconds} s)\n`,
      )
      console.log(
        '| | requests/s | p99 | peer: requests/s | p99 | ratio, median (lowest..highest) |',
      )
      console.log('|---|---|---|---|---|---|')
      for (const one of cases) console.log(await compare(apps, one))
    } finally {
      for (const app of apps) await app.close()
    }
  }
} finally {
  await fleet.close()
}

/** Rounds take turns, so that both see the same machine; the ratio is taken round by round. */
async function compare(apps, { name, begin, path }) {
  const cookies = []
  for (const { url } of apps) cookies.push(await makeSessions(url, begin, connections))
  const results = [[], []]
  for (let round = -1; round < rounds; round++) {
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const result = await load(apps[i].url, path, cookies[i], seconds)
      // The first one is to warm up.
      if (round >= 0) results[i].push(result)
    }
  }
  const [ours, theirs] = results
  const ratios = ours.map(
    ({ requestsPerSecond }, i) => requestsPerSecond / theirs[i].requestsPerSecond,
  )
  const figures = results.flatMap((rounds) => [
    Math.round(median(rounds.map(({ requestsPerSecond }) => requestsPerSecond))),
    `${median(rounds.map(({ p99 }) => p99))} ms`,
  ])
  const spread = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((it) =>
    it.toFixed(2),
  )
  return `| ${name} | ${figures.join(' | ')} | ${spread[0]} (${spread[1]}..${spread[2]}) |`
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

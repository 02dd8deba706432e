import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startFleet } from '@disredis/fleet'
import { cases } from '/work/main/benchmarks/sessions/contests.mjs'
import { load, makeSessions } from '/work/main/benchmarks/sessions/load.mjs'

const fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30000 })
const where = { sentinels: fleet.sentinels, redis: { ...fleet.master(fleet.masters[0]).address } }
const names = ['express-disredis', 'zz-plain', 'express-connect-redis']
const prof = process.argv[2]
const kids = []
for (const n of names) {
  const child = fork('/work/main/benchmarks/sessions/app-process.mjs', [n], {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: [
      '--disable-warning=DISREDIS_INSECURE_COOKIE',
      ...(prof
        ? ['--cpu-prof', '--cpu-prof-dir=/tmp/xs/prof', `--cpu-prof-name=${n}.cpuprofile`]
        : []),
    ],
  })
  child.send(where)
  const [port] = await once(child, 'message')
  kids.push({ n, child, url: `http://127.0.0.1:${port}` })
}
const cpu = (pid) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(f[11]) + Number(f[12])) * 10
}
for (const c of cases.filter((c) => !prof || c.path === prof)) {
  const acc = {}
  for (const k of kids) k.cookies = await makeSessions(k.url, c.begin, 50)
  for (let r = -1; r < 5; r++)
    for (const k of kids) {
      const b = cpu(k.child.pid)
      const res = await load(k.url, c.path, k.cookies, 2)
      const used = cpu(k.child.pid) - b
      if (r >= 0)
        (acc[k.n] ??= []).push([(used * 1000) / (res.requestsPerSecond * 2), res.requestsPerSecond])
    }
  const med = (a) => a.toSorted((x, y) => x - y)[a.length >> 1]
  console.log(
    c.name,
    Object.entries(acc)
      .map(
        ([n, v]) =>
          `${n}: ${Math.round(med(v.map((x) => x[0])))} us/req ${Math.round(med(v.map((x) => x[1])))} rps`,
      )
      .join(' | '),
  )
}
for (const k of kids) {
  const e = once(k.child, 'exit')
  k.child.send('close')
  await e
}
await fleet.close()

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startFleet } from '@disredis/fleet'
import { load, makeSessions } from './load.mjs'
const fleet = await startFleet({ masters: 3, replicas: 0, sentinels: 3, downAfter: 30_000 })
const where = { sentinels: fleet.sentinels, redis: { ...fleet.master(fleet.masters[0]).address } }
const [begin, path, prof, ...names] = process.argv.slice(2)
const cpu = (pid) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) * 10 }
const apps = []
for (const name of names) {
  const child = fork(new URL('./app-process.mjs', import.meta.url).pathname, [name], { env: { ...process.env, NODE_ENV: 'production' }, execArgv: ['--disable-warning=DISREDIS_INSECURE_COOKIE', ...(prof === 'prof' ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof/' + name] : [])] })
  child.send(where)
  const [port] = await once(child, 'message')
  apps.push({ name, child, url: `http://127.0.0.1:${port}` })
}
for (const app of apps) app.cookies = await makeSessions(app.url, begin, 50)
for (let r = 0; r < 5; r++) for (const app of apps) {
  const before = cpu(app.child.pid); const red = fleet.masters.map((m) => cpu(fleet.master(m).pid))
  const { requestsPerSecond } = await load(app.url, path, app.cookies, 2)
  const used = cpu(app.child.pid) - before
  const redUsed = fleet.masters.map((m, i) => cpu(fleet.master(m).pid) - red[i])
  if (r > 0) console.log(app.name, requestsPerSecond.toFixed(0), 'app µs/req', (used * 1000 / (requestsPerSecond * 2)).toFixed(1), 'redis ms', redUsed.join(' '))
}
for (const { child } of apps) { child.send('close'); await once(child, 'exit') }
await fleet.close()

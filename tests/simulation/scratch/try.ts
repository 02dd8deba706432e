import '../world/process-globals.js'
import { renderStory } from '../core/journal.js'
const { makeSchedule } = await import('../schedule/make-schedule.js')
const { runSchedule } = await import('../run/run-schedule.js')
const { describeFault } = await import('../schedule/fault.js')
Error.stackTraceLimit = Number(process.env.STACK ?? 0)
const from = Number(process.argv[2]), to = Number(process.argv[3] ?? from)
const t0 = process.hrtime.bigint()
let failovers = 0, ops = 0, bad = 0, lost = 0
const kinds = new Map<string, number[]>()
for (let seed = from; seed <= to; seed++) {
  const schedule = makeSchedule(seed)
  const r = await runSchedule(schedule, from === to || process.env.STORY === '1')
  if (process.env.HASH) console.log(seed, r.hash, r.events, r.violations.length)
  failovers += r.failovers; ops += r.operations; lost += r.excusedLosses
  if (r.violations.length > 0) { bad++; for (const v of r.violations.slice(0,3)) { const k=kinds.get(v.kind)??[]; if (!k.includes(seed)) k.push(seed); kinds.set(v.kind,k) } }
  if (from === to || process.env.STORY === '1') {
    console.log(JSON.stringify(schedule, null, 0)); schedule.faults.forEach(f => console.log(f.at+300, describeFault(f)))
    console.log(renderStory(r.story)); console.log(r.violations, [...r.reached], r.failovers, r.operations, r.hash, r.events)
  }
}
const s = Number(process.hrtime.bigint() - t0) / 1e9
console.log({ seeds: to - from + 1, failovers, ops, bad, lost, seconds: s, failoversPerSecond: failovers / s })
for (const [k, v] of kinds) console.log(k, v.length, v.slice(0, 12).join(' '))

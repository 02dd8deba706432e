// Before the product.
import '../world/seam-guard.js'
import type { Schedule } from '../schedule/schedule.js'
import {
  addTallies,
  noTally,
  type Tally,
  type WorkerAnswer,
  type WorkerRequest,
} from './worker-messages.js'

const { makeSchedule } = await import('../schedule/make-schedule.js')
const { runSchedule } = await import('./run-schedule.js')
const { shrinkSchedule } = await import('./shrink-schedule.js')
const { tellStory } = await import('./tell-story.js')

// Traces cost more than everything else together, and tell nothing here.
Error.stackTraceLimit = 0

process.on('message', (request: WorkerRequest) => {
  answer(request).then(
    (it) => process.send!(it),
    (error: Error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  switch (request.kind) {
    case 'seeds': {
      let tally = noTally
      for (let it = 0; it < request.count; it++) {
        tally = addTallies(tally, await runOne(makeSchedule(request.from + it)))
      }
      return { kind: 'tally', tally }
    }
    case 'schedule':
      return { kind: 'tally', tally: await runOne(request.schedule) }
    case 'story': {
      const schedule = makeSchedule(request.seed)
      const result = await runSchedule(schedule, true)
      return {
        kind: 'text',
        text: tellStory(schedule, result),
        isFailed: result.violations.length > 0,
      }
    }
    case 'shrink': {
      const schedule = await shrinkSchedule(makeSchedule(request.seed), undefined, request.mostRuns)
      const result = await runSchedule(schedule, true)
      return {
        kind: 'text',
        text: tellStory(schedule, result),
        isFailed: result.violations.length > 0,
      }
    }
  }
}

async function runOne(schedule: Schedule): Promise<Tally> {
  const before = process.cpuUsage()
  const result = await runSchedule(schedule)
  const { user, system } = process.cpuUsage(before)
  const { seed, violations } = result
  return {
    seeds: 1,
    failovers: result.failovers,
    operations: result.operations,
    excusedLosses: result.excusedLosses,
    events: result.events,
    duration: result.duration,
    cpu: (user + system) / 1000,
    reached: Object.fromEntries(result.reached),
    failed: violations.length === 0 ? [] : [{ seed, violations: violations.slice(0, 5) }],
  }
}

import type { Workload } from '../workloads/workload.js'
import type { Sample } from './metrics.js'
import { Round } from './round.js'

/**
 * Runs the workload's callers, each asking again as soon as it was answered, for `duration` ms.
 * CPU time is the whole process's: also the threads of a native client.
 * @throws the first caller's error, after all callers have stopped.
 */
export async function runRound(workload: Workload, duration: number): Promise<Sample> {
  const cpuBefore = process.cpuUsage()
  const round = new Round(duration)
  const callers = Array.from({ length: workload.callers }, async (_, caller) => {
    try {
      await workload.runCaller(caller, round)
    } catch (error) {
      round.abort()
      throw error
    }
  })
  const results = await Promise.allSettled(callers)
  const seconds = (performance.now() - round.startedAt) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  for (const result of results) if (result.status === 'rejected') throw result.reason
  await workload.verify()
  return {
    operationsPerSecond: round.operations / seconds,
    cpuMicroseconds: (cpu.user + cpu.system) / round.operations,
    p50Microseconds: round.latencies.quantile(0.5),
    p99Microseconds: round.latencies.quantile(0.99),
  }
}

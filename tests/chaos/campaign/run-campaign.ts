import type { RunResult } from '../run/run-result.js'
import type { Options } from './options.js'
import { planRuns } from './plan.js'
import { runInChild } from './run-in-child.js'
import { tell } from './tell.js'

/** Runs what was asked for, `jobs` at a time, and tells of each run as it ends. */
export async function runCampaign(options: Options): Promise<RunResult[]> {
  const requests = await planRuns(options)
  const results: RunResult[] = []
  let next = 0
  const work = async () => {
    for (;;) {
      const request = requests[next++]
      if (request === undefined) return
      const start = performance.now()
      const result = await runInChild(request)
      results.push(result)
      tell(request, result, performance.now() - start, options)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  return results
}

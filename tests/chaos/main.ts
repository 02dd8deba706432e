import { finish } from './campaign/finish.js'
import { listScenarios } from './campaign/list.js'
import { readOptions, UsageError, usage } from './campaign/options.js'
import { runCampaign } from './campaign/run-campaign.js'
import { soak } from './soak/soak.js'

try {
  await run()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n${usage}`)
  process.exitCode = 2
}

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.list) listScenarios()
  else if (options.soak !== undefined || options.round !== undefined) await soak(options)
  else {
    console.log(`seed ${options.seed}`)
    await finish(options, await runCampaign(options))
  }
}

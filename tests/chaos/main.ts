import { finish } from './campaign/finish.js'
import { listScenarios } from './campaign/list.js'
import { type Options, readOptions, usage } from './campaign/options.js'
import { runCampaign } from './campaign/run-campaign.js'
import { soak } from './soak/soak.js'

let options: Options
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`)
  process.exit(2)
}

if (options.list) listScenarios()
else if (options.soak !== undefined || options.round !== undefined) await soak(options)
else {
  console.log(`seed ${options.seed}`)
  await finish(options, await runCampaign(options))
}

import { campaign } from './run/campaign.js'
import { readOptions, UsageError, usage } from './run/options.js'

try {
  process.exitCode = await campaign(readOptions(process.argv.slice(2)))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n${usage}`)
  process.exitCode = 2
}

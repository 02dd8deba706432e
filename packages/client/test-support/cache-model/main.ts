import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.js'

const { values } = parseArgs({
  options: {
    interleavings: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
  },
})
const startedAt = performance.now()
const seen = runCampaign(Number(values.seed), Number(values.interleavings), (done) => {
  if (done % 1_000_000 === 0) console.log(`${done} interleavings`)
})
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
console.log(`${values.interleavings} interleavings from seed ${values.seed} in ${seconds} s:`, seen)

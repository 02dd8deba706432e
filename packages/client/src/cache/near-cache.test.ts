import { expect, test } from 'vitest'
import { runCampaign } from '../../test-support/cache-model/campaign.js'

test('no interleaving of reads, writes, flushes, resets and failovers gives out what is stale', () => {
  const seen = runCampaign(1, 10_000)
  // Or else nothing was tried.
  expect(seen.hits).toBeGreaterThan(5000)
  expect(seen.joined).toBeGreaterThan(5000)
  expect(seen.dropped).toBeGreaterThan(5000)
})

import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest'
import { BrowserSession } from '../../test-support/browser-session.js'
import { findChromium, howToGetChromium } from '../../test-support/find-chromium.js'
import { faults } from './faults.js'
import { looks } from './looks.js'
import { visits } from './visits.js'

// A failover, a browser and a fleet on cores that others use, too: the limits catch a hang.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const hasChromium = findChromium() !== undefined
if (!hasChromium) {
  if (process.env.CI) throw new Error(`The tests in a browser cannot run: ${howToGetChromium}`)
  console.log(`note: the tests in a browser were skipped: ${howToGetChromium}`)
}

// One Chromium and one demo for all of them: each has a browser context of its own.
describe.skipIf(!hasChromium)('the page in Chromium', () => {
  let session: BrowserSession

  beforeAll(async () => {
    session = await BrowserSession.start()
  })

  afterAll(() => session?.[Symbol.asyncDispose]())

  afterEach(() => {
    expect(session.errors.splice(0)).toEqual([])
  })

  looks(() => session)
  faults(() => session)
  visits(() => session)
})

import { expect, test } from 'vitest'
import { FleetError } from './fleet-error.js'
import { deadlineIn, waitFor } from './wait-for.js'

test('it resolves when nothing is missing any more', async () => {
  let calls = 0
  await waitFor(deadlineIn(60_000), () => (++calls < 5 ? 'more calls' : undefined))
  expect(calls).toBe(5)
})

test('at the deadline the error says what is still missing', async () => {
  const error = await waitFor(deadlineIn(20), () => 'the master is down').catch((e: unknown) => e)
  expect(error).toBeInstanceOf(FleetError)
  expect(error).toMatchObject({
    code: 'DISREDIS_FLEET_TIMEOUT',
    message: expect.stringMatching(/^Still waiting after \d+\.\d s: the master is down$/),
  })
})

test('a condition that holds at a deadline in the past is seen', async () => {
  await waitFor(deadlineIn(-1), () => undefined)
})

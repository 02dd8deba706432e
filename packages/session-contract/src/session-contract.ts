import { answerCases } from './cases/answer-cases.js'
import { atRestCases } from './cases/at-rest-cases.js'
import { basicCases } from './cases/basic-cases.js'
import { failureCases } from './cases/failure-cases.js'
import { hostileCases } from './cases/hostile-cases.js'
import { overlapCases } from './cases/overlap-cases.js'
import { raceCases } from './cases/race-cases.js'
import { registryCases } from './cases/registry-cases.js'
import { userCases } from './cases/user-cases.js'
import type { ContractRunner, ContractSubject } from './subject.js'
import { createSuite } from './suite.js'

/**
 * What every framework adapter must do, through a real HTTP server on real Redis servers:
 *
 * ```ts
 * import { afterAll, beforeAll, describe, test } from 'vitest'
 *
 * sessionContract({ afterAll, beforeAll, describe, test }, {
 *   name: 'Express 5 with a plain ioredis',
 *   connect: async () => new Redis(...),
 *   disconnect: async (client) => client.disconnect(),
 *   serve: async ({ store, routes, maxAge }) => ...,
 *   freeze: async () => ...,
 * })
 * ```
 *
 * The routes and what they do are the suite's; the adapter only shows them its session as a
 * `ContractSession`. Requests are held at gates inside the handlers, so no case depends on timing.
 */
export function sessionContract(runner: ContractRunner, subject: ContractSubject): void {
  runner.describe(`the session contract: ${subject.name}`, () => {
    const suite = createSuite(runner, subject)
    basicCases(suite)
    answerCases(suite)
    overlapCases(suite)
    userCases(suite)
    atRestCases(suite)
    failureCases(suite)
    hostileCases(suite)
    registryCases(suite)
    raceCases(suite)
  })
}

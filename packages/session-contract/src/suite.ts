import type { SessionPolicy } from '@disredis/session-store'
import { type Bench, openBench } from './bench.js'
import type { ContractData, ContractRedis, ContractRunner, ContractSubject } from './subject.js'

/** What the cases are written with. */
export interface Suite {
  readonly subject: ContractSubject
  readonly client: () => ContractRedis
  readonly describe: (name: string, define: () => void) => void
  /** A case on an application of its own. */
  readonly test: (
    name: string,
    run: (bench: Bench) => Promise<void>,
    options?: { readonly policy?: Partial<SessionPolicy<ContractData>>; readonly maxAge?: number },
  ) => void
  /** A race: `run` is called `subject.races` times, several at once, on one application. */
  readonly race: (name: string, run: (bench: Bench, i: number) => Promise<void>) => void
}

/** Long enough for any machine: no case of the suite depends on how fast an operation is. */
const PATIENT = { deadline: 60_000 }
const LIMIT = 120_000
const RACE_LIMIT = 1_800_000
const RACES = 1_000
const RACES_AT_ONCE = 8

export function createSuite(runner: ContractRunner, subject: ContractSubject): Suite {
  let client: ContractRedis | undefined
  runner.beforeAll(async () => {
    client = await subject.connect()
  }, LIMIT)
  runner.afterAll(async () => {
    if (client !== undefined) await subject.disconnect(client)
  }, LIMIT)
  const opened = () => {
    if (client === undefined) throw new Error('The suite has no client yet')
    return client
  }
  return {
    subject,
    client: opened,
    describe: (name, define) => {
      runner.describe(name, define)
    },
    test: (name, run, { policy, maxAge } = {}) => {
      runner.test(
        name,
        async () => {
          await using bench = await openBench(subject, opened(), { ...PATIENT, ...policy }, maxAge)
          await run(bench)
        },
        LIMIT,
      )
    },
    race: (name, run) => {
      const races = subject.races ?? RACES
      runner.test(
        `${name} (${races} times)`,
        async () => {
          await using bench = await openBench(subject, opened(), PATIENT)
          let next = 0
          const runner = async () => {
            while (next < races) await run(bench, next++)
          }
          await Promise.all(Array.from({ length: RACES_AT_ONCE }, runner))
        },
        RACE_LIMIT,
      )
    },
  }
}

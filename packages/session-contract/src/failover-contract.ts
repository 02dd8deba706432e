import { deepEqual, ok } from 'node:assert/strict'
import { openBench } from './bench.js'
import type { Browser } from './browser.js'
import type { ContractRedis, ContractRunner, ContractSubject } from './subject.js'

/** How a master is lost: killed, frozen with its connections open, or replaced on request. */
export type FailoverKind = 'crash' | 'freeze' | 'planned'

/** What the users saw. */
export interface FailoverFigures {
  readonly kind: FailoverKind
  readonly users: number
  /** Requests that were answered 200 and 500. */
  readonly answered: number
  readonly failed: number
  /** ms: the longest that any one user waited for a 200, errors in between included. */
  readonly longestGap: number
  readonly loggedOut: number
  /** Users who miss an update that was answered with 200. */
  readonly usersWithLostUpdates: number
}

/** Masters with replicas and Sentinels, and a client that follows failovers. */
export interface FailoverDeployment extends AsyncDisposable {
  readonly client: ContractRedis
  readonly sentinels: readonly string[]
  /** Loses one master so. Resolves when its replica has taken over for everyone. */
  lose(kind: FailoverKind): Promise<void>
}

export interface FailoverSubject extends Pick<ContractSubject, 'name' | 'serve'> {
  deploy(): Promise<FailoverDeployment>
  /** Is told what was measured, for reports. */
  report?(figures: FailoverFigures): void
  /** Default 200. */
  readonly users?: number
}

interface User {
  readonly browser: Browser
  /** The newest update that was answered with 200. */
  answered: number
  lastAnswerAt: number
  longestGap: number
}

const LIMIT = 180_000

/**
 * A master is lost under users with constant traffic: nobody is logged out; with a planned failover, and
 * a crash with a `down-after-milliseconds` of 2 s, no request fails; with a planned one nobody loses an
 * update that was answered.
 */
export function sessionFailoverContract(runner: ContractRunner, subject: FailoverSubject): void {
  runner.describe(`sessions in a failover: ${subject.name}`, () => {
    for (const kind of ['planned', 'crash', 'freeze'] as const) {
      const promise = {
        planned: ', no request fails, no update is lost',
        crash: ', no request fails',
        freeze: '',
      }[kind]
      runner.test(
        `${kind}: nobody is logged out${promise}`,
        async () => {
          const figures = await measure(subject, kind)
          subject.report?.(figures)
          deepEqual(figures.loggedOut, 0, 'users who were logged out')
          if (kind !== 'freeze') deepEqual(figures.failed, 0, 'failed requests')
          if (kind === 'planned') deepEqual(figures.usersWithLostUpdates, 0, 'lost updates')
          ok(figures.answered > figures.users, 'there was traffic')
        },
        LIMIT,
      )
    }
  })
}

async function measure(subject: FailoverSubject, kind: FailoverKind): Promise<FailoverFigures> {
  await using deployment = await subject.deploy()
  // With the defaults, as applications have them.
  await using bench = await openBench(subject, deployment.client)
  const users: User[] = []
  for (let i = 0; i < (subject.users ?? 200); i++) {
    const browser = await bench.loggedIn(`user-${i}`)
    users.push({ browser, answered: 0, lastAnswerAt: 0, longestGap: 0 })
  }
  for (const user of users) user.lastAnswerAt = performance.now()
  const totals = { answered: 0, failed: 0, loggedOut: 0 }
  let isOver = false
  const traffic = users.map(async (user) => {
    while (!isOver) await request(user, totals)
  })
  // All have been answered once before the master goes.
  await Promise.all(users.map((user) => answeredAfter(user, 1)))
  await deployment.lose(kind)
  const now = users.map(({ answered }) => answered)
  await Promise.all(users.map((user, i) => answeredAfter(user, (now[i] ?? 0) + 2)))
  isOver = true
  await Promise.all(traffic)

  let usersWithLostUpdates = 0
  for (const { browser, answered } of users) {
    const body = (await browser.result('/get')) as { user?: string; count?: number }
    if (body.user === undefined) totals.loggedOut++
    else if ((body.count ?? 0) < answered) usersWithLostUpdates++
  }
  return {
    kind,
    users: users.length,
    ...totals,
    longestGap: Math.round(Math.max(...users.map(({ longestGap }) => longestGap))),
    usersWithLostUpdates,
  }
}

async function request(
  user: User,
  totals: { answered: number; failed: number; loggedOut: number },
): Promise<void> {
  const { status, body } = await user.browser.get('/count')
  const now = performance.now()
  if (status !== 200) {
    totals.failed++
    await new Promise((resolve) => setTimeout(resolve, 20))
    return
  }
  totals.answered++
  user.longestGap = Math.max(user.longestGap, now - user.lastAnswerAt)
  user.lastAnswerAt = now
  const { user: name, count } = body as { user: string | null; count: number }
  if (name === null) totals.loggedOut++
  else user.answered = count
  await new Promise((resolve) => setTimeout(resolve, 50))
}

async function answeredAfter(user: User, count: number): Promise<void> {
  const end = performance.now() + LIMIT / 3
  while (user.answered < count) {
    if (performance.now() > end) throw new Error(`A user was not served for ${LIMIT / 3} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

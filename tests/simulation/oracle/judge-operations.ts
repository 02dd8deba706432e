import { inspect } from 'node:util'
import type { Ledger } from '../workload/ledger.js'
import { idsIn, type Operation } from '../workload/operation.js'
import type { Violation } from './violation.js'

/** ms by which a deadline may be missed: the client's clock ticks each 20 ms. */
const slack = 60

/** Errors that callers may get, whatever happens to the servers. */
const expectedErrors = new Set([
  'ShardDownError',
  'CommandTimeoutError',
  'OutcomeUnknownError',
  'QueueFullError',
  'ClosedError',
  'ConnectionError',
  'RoleMismatchError',
  'DurabilityError',
  'TransactionConflictError',
  'FailoverAbortedError',
  'SentinelsUnreachableError',
  'UnknownMasterError',
  'MastersDisagreeError',
])

/** Replies that are the caller's business. */
const expectedReplies = /^(MISCONF|BUSY|EXECABORT|NOREPLICAS)\b/

/** What the client said of each call, against what was executed. */
export function judgeOperations(ledger: Ledger, stalls: StallTimes): Violation[] {
  const violations: Violation[] = []
  for (const operation of ledger.operations) {
    for (const [kind, what] of problemsOf(operation, ledger, stalls)) {
      violations.push({ kind, at: operation.issuedAt, what: `${nameOf(operation)}: ${what}` })
    }
  }
  return violations
}

/** ms for which a client's event loop stood still between two times. */
export type StallTimes = (client: string, from: number, to: number) => number

function* problemsOf(
  operation: Operation,
  ledger: Ledger,
  stalls: StallTimes,
): Generator<[kind: string, what: string]> {
  const { outcome, settledAt, deadline, issuedAt, client } = operation
  const executions = ledger.executionsOf(operation)
  if (outcome === 'pending') {
    yield ['never settled', 'its promise is open at the end']
    return
  }
  const late = settledAt - deadline - stalls(client, issuedAt, settledAt)
  // A transaction and a durable write have more than one command, each with its own time.
  if (late > slack && !operation.isApart) {
    yield ['settled late', `it settled ${late.toFixed(0)} ms after its deadline`]
  }
  if (operation.error !== undefined) yield* problemsOfError(operation.error)
  if (operation.isWrite) {
    if (executions.length > 1 && !operation.mayRepeat) {
      const where = executions.map(({ node, record }) => `${node.name} at ${record.at.toFixed(1)}`)
      yield ['executed twice', `it was executed on ${where.join(' and ')}`]
    }
    if (operation.token !== undefined) yield* problemsOfOutcome(operation, ledger)
  }
  if (outcome === 'acknowledged') yield* problemsOfReply(operation, ledger)
}

function* problemsOfOutcome(
  operation: Operation,
  ledger: Ledger,
): Generator<[kind: string, what: string]> {
  const executions = ledger.executionsOf(operation)
  const { outcome, issuedAt, settledAt } = operation
  if (outcome === 'acknowledged') {
    const inTime = executions.some(({ record }) => record.at >= issuedAt && record.at <= settledAt)
    if (!inTime) yield ['acknowledged, not executed', 'it resolved, and no node executed it']
  }
  if (outcome === 'failed' && executions.length > 0 && operation.kind !== 'DURABLE') {
    yield [
      'executed, said not to be',
      `it failed with ${operation.error?.name} (${operation.error?.message}), and ${executions[0]!.node.name} executed it`,
    ]
  }
  if (outcome === 'unknown' && !ledger.wasSent(operation)) {
    yield [
      'unknown, never sent',
      'its outcome is said to be unknown, and it never left the process',
    ]
  }
}

function* problemsOfError(error: Error): Generator<[kind: string, what: string]> {
  const text = `${error.message} ${inspect(error, { depth: 6 })}`
  if (idsIn(text).length > 0) yield ['an error tells arguments', text.slice(0, 300)]
  if (error.name === 'ReplyError') {
    if (!expectedReplies.test(error.message)) yield ['unexpected reply', error.message]
  } else if (!expectedErrors.has(error.name)) {
    yield ['unexpected error', `${error.name}: ${error.message}`]
  }
}

/** Whatever a read gives was written to that very key. */
function* problemsOfReply(
  { reply, key }: Operation,
  ledger: Ledger,
): Generator<[kind: string, what: string]> {
  const text = typeof reply === 'string' ? reply : Array.isArray(reply) ? reply.join(' ') : ''
  for (const id of idsIn(text)) {
    const source = ledger.operations[id]
    if (source?.key === key) continue
    yield ['reply of another command', `it gave what was written to ${source?.key ?? 'no key'}`]
  }
}

export function nameOf({ client, kind, key, token, issuedAt }: Operation): string {
  return `${client} ${kind} ${key}${token === undefined ? '' : ` ${token}`} of ${issuedAt.toFixed(1)}`
}

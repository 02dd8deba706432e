import type { WriteRecord } from '../node/write-history.js'
import type { Schedule } from '../schedule/schedule.js'
import type { Ledger } from '../workload/ledger.js'
import { idsIn, type Operation } from '../workload/operation.js'
import type { World } from '../world/world.js'
import type { FailoverRecords } from './failover-records.js'
import { finalNode } from './judge-losses.js'
import { nameOf } from './judge-operations.js'
import type { Violation } from './violation.js'

/** What a key held when so many of its writes had been executed. */
type State = string | readonly string[] | undefined

/** A key's writes in the order that the last master has, and what it held after each. */
interface KeyHistory {
  readonly states: State[]
  /** By operation: after which of its writes the key was as it left it. */
  readonly positions: Map<number, number>
}

/**
 * Per key: whether the order in which the last master has the writes explains what callers were told.
 *
 * - what was acknowledged before another call was made comes before it;
 * - what a write was answered (the length of its list, that a field is new) is what it found;
 * - a transaction wrote upon what its keys held: no update is lost;
 * - a read gave what the key held at some moment of the call, and never less than a read before it.
 *
 * Such an order proves that the history is linearizable. Acknowledged writes that are missing are judged
 * elsewhere. What is read of a master that is being replaced may be of a write that is lost with it,
 * and so may all that is read of one whose successor did not follow it.
 */
export function judgeLinearity(
  world: World,
  schedule: Schedule,
  ledger: Ledger,
  records: FailoverRecords,
): Violation[] {
  const violations: Violation[] = []
  const report = (kind: string, operation: Operation, what: string) =>
    violations.push({ kind, at: operation.issuedAt, what: `${nameOf(operation)}: ${what}` })
  const histories = historiesOf(world)
  const toldOf = new Map<string, Operation[]>()
  for (const operation of ledger.operations) {
    if (operation.outcome !== 'acknowledged') continue
    const known = toldOf.get(operation.key)
    if (known === undefined) toldOf.set(operation.key, [operation])
    else known.push(operation)
  }
  for (const [key, told] of toldOf) {
    const history = histories.get(key)
    if (history === undefined) continue
    judgeOrder(history, told, report)
    for (const operation of told) judgeReply(history, operation, report)
    const isDisturbed = (it: Operation) =>
      schedule.kind !== 'planned' ||
      records.wasUnderWay(it.shard, it.issuedAt, it.settledAt) ||
      records.wasAbandoned(it.shard, it.issuedAt)
    judgeReads(history, told, isDisturbed, report)
  }
  return violations
}

type Report = (kind: string, operation: Operation, what: string) => void

function historiesOf(world: World): Map<string, KeyHistory> {
  const histories = new Map<string, KeyHistory>()
  for (const { name } of world.plan.shards) {
    const chain: WriteRecord[] = []
    for (let it = finalNode(world, name)?.head; it !== undefined; it = it.previous) chain.push(it)
    for (const { commands } of chain.reverse()) {
      for (const command of commands) replay(histories, command)
    }
  }
  return histories
}

function replay(histories: Map<string, KeyHistory>, [name, key, ...args]: readonly string[]): void {
  if (key === undefined) return
  const history: KeyHistory = histories.get(key) ?? { states: [undefined], positions: new Map() }
  histories.set(key, history)
  const before = history.states.at(-1)
  history.states.push(after(name!.toUpperCase(), before, args))
  for (const id of args.flatMap((arg) => idsIn(arg).slice(-1))) {
    if (!history.positions.has(id)) history.positions.set(id, history.states.length - 1)
  }
}

function after(command: string, before: State, args: readonly string[]): State {
  switch (command) {
    case 'RPUSH':
      return [...(Array.isArray(before) ? before : []), ...args]
    case 'APPEND':
      return `${typeof before === 'string' ? before : ''}${args[0]}`
    case 'HSET':
      return args[1]
    default:
      return args[0]
  }
}

/** By the order of the writes, none comes before one that was acknowledged when it was issued. */
function judgeOrder(history: KeyHistory, told: readonly Operation[], report: Report): void {
  const written = told
    .filter(({ id, mayRepeat }) => history.positions.has(id) && !mayRepeat)
    .sort((a, b) => history.positions.get(b.id)! - history.positions.get(a.id)!)
  let earliest: Operation | undefined
  for (const operation of written) {
    if (earliest !== undefined && earliest.settledAt < operation.issuedAt) {
      report(
        'not linearizable',
        operation,
        `it stands before ${nameOf(earliest)}, which had been acknowledged by then`,
      )
    }
    if (earliest === undefined || operation.settledAt < earliest.settledAt) earliest = operation
  }
}

function judgeReply({ states, positions }: KeyHistory, operation: Operation, report: Report): void {
  const position = positions.get(operation.id)
  if (position === undefined || operation.mayRepeat) return
  const [before, now] = [states[position - 1], states[position]]
  const { kind, reply, token } = operation
  const expected =
    kind === 'RPUSH' || kind === 'DURABLE' || kind === 'APPEND'
      ? now!.length
      : kind === 'HSET'
        ? Number(before === undefined)
        : undefined
  if (expected !== undefined && reply !== expected) {
    report(
      'reply of another state',
      operation,
      `it was answered ${String(reply)}, and found what makes it ${expected}`,
    )
  }
  if (kind === 'TRANSACTION' && now !== `${typeof before === 'string' ? before : ''}${token}`) {
    report('update lost', operation, 'it wrote upon something else than what its key held')
  }
}

function judgeReads(
  { states, positions }: KeyHistory,
  told: readonly Operation[],
  isDisturbed: (read: Operation) => boolean,
  report: Report,
): void {
  const writes = told.filter(({ id }) => positions.has(id))
  const reads = told.filter(({ isWrite }) => !isWrite).sort((a, b) => a.settledAt - b.settledAt)
  const placed: { readonly settledAt: number; readonly position: number }[] = []
  for (const read of reads) {
    const given = JSON.stringify(read.reply)
    // Of a write that was lost afterwards: whether it may be is judged elsewhere.
    const isOfLost = idsIn(given).some((id) => !positions.has(id))
    if (isOfLost || isDisturbed(read)) continue
    let position = 0
    for (const it of writes) {
      if (it.settledAt < read.issuedAt) position = Math.max(position, positions.get(it.id)!)
    }
    for (const it of placed) {
      if (it.settledAt < read.issuedAt) position = Math.max(position, it.position)
    }
    while (position < states.length && given !== shown(states[position], read.kind)) position++
    if (position === states.length) {
      report(
        'read of another state',
        read,
        `it gave ${given.slice(0, 100)}, which its key did not hold then`,
      )
    } else {
      placed.push({ settledAt: read.settledAt, position })
    }
  }
}

function shown(state: State, kind: string): string {
  return JSON.stringify(state ?? (kind === 'LRANGE' ? [] : null))
}

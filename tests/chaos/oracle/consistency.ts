import type { Book } from './book.js'
import type { FinalState } from './final-state.js'
import type { Lane } from './lane.js'
import { outcomes } from './outcome.js'

/** Acknowledged pushes that stand behind one that was issued later. */
export function countMisordered(pushes: Book, ids: readonly number[]): number {
  let highest = -1
  let misordered = 0
  for (const id of ids) {
    if (pushes.outcome.get(id) !== outcomes.acked) continue
    if (id < highest) misordered++
    else highest = id
  }
  return misordered
}

/** Transactions of which one push is there and the other is not. */
export function countTorn({ transactions }: Lane, { ids, mirror }: FinalState): number {
  const inList = new Set(ids)
  const inMirror = new Set(mirror)
  let torn = 0
  for (const id of transactions) if (inList.has(id) !== inMirror.has(id)) torn++
  return torn
}

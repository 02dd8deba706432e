import { PlacementMismatchError, type PlacementReport } from '../errors.js'
import type { Placement } from './placement.js'
import { shardsOf } from './placement-reading.js'
import { libraryName } from './placement-record.js'

/** @param reports at least one */
export function mismatchError(
  own: Placement,
  reports: readonly PlacementReport[],
): PlacementMismatchError {
  const said = reports.map(({ shard, address, says }) =>
    address === undefined
      ? `the master of '${shard}' ${says}`
      : `the master of '${shard}' at ${address} ${says}`,
  )
  return new PlacementMismatchError(
    `This client places the keys of ring '${own.ring}' over ${shardsOf(own)}, but ${said.join('; ')}. ` +
      'Keys would be looked for where they are not. Give this client the masters and weights that the others ' +
      'have (`masters`, `ring`), or another `ringName` if its data is not theirs. If the data was moved, stop ' +
      `the old clients and remove the record from every master: FUNCTION DELETE ${libraryName(own.ring)}.`,
    own.weights,
    reports,
  )
}

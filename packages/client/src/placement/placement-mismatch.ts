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
      'It would look for keys in the wrong place. Give this client the same masters and weights as the others ' +
      '(`masters`, `ring`), or another `ringName` if it does not share their data. If the data was moved, stop ' +
      `the old clients and remove the record from every master: FUNCTION DELETE ${libraryName(own.ring)}.`,
    own.weights,
    reports,
  )
}

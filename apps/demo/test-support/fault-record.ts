import type { FaultRecord } from '../src/faults/fault-record.js'

/** A crash of shard `a` without a flaw, apart from what is given. */
export function faultRecord(given: Partial<FaultRecord> = {}): FaultRecord {
  return {
    kind: 'crash',
    shard: 'a',
    startedAt: 0,
    node: 'a/1 (127.0.0.1:1)',
    newMaster: { host: '127.0.0.1', port: 2 },
    isRecovered: true,
    gap: 1_400,
    firstAcknowledgement: 1_395,
    switchMaster: 2_300,
    afterSwitchMaster: -905,
    errors: {},
    lost: 0,
    duplicated: 0,
    ...given,
  }
}

import type { Schedule } from './schedule.js'

/** A schedule that failed once, and must not any more. */
export interface KeptSchedule {
  /** The behaviour that it holds. */
  readonly title: string
  readonly schedule: Schedule
}

export const keptSchedules: readonly KeptSchedule[] = [
  {
    title: 'a client leaves a node whose promotion Sentinel has given up',
    schedule: {
      seed: 100,
      kind: 'mixed',
      plan: {
        shards: [{ name: 'shard-1', replicas: 1 }],
        sentinels: 3,
        quorum: 2,
        downAfter: 1000,
        failoverTimeout: 2000,
        parallelSyncs: 1,
        isValkey: false,
        latency: 0.2,
        jitter: 0.2,
        node: {
          persistence: 'nothing',
          loadingTime: 20,
          syncTime: 50,
          servesStaleData: true,
          minReplicasToWrite: 0,
        },
        times: {},
      },
      duration: 15775,
      clients: [
        {
          startAt: 0,
          users: 3,
          thinkTime: 900,
          burst: 1,
          keys: 1,
          commandTimeout: 5000,
          connectTimeout: 2000,
          gateTimeout: 3000,
          openOn: 'confirmed',
          probeInterval: 10,
          retryWrites: 'never',
          pollInterval: 300,
          queueCommands: 100000,
          subscribes: true,
          blocks: false,
        },
        {
          startAt: 2494.4337345659733,
          users: 1,
          thinkTime: 900,
          burst: 6,
          keys: 1,
          commandTimeout: 700,
          connectTimeout: 2000,
          gateTimeout: 3000,
          openOn: 'proven',
          probeInterval: 10,
          retryWrites: 'idempotent',
          pollInterval: 300,
          queueCommands: 100000,
          subscribes: false,
          blocks: false,
        },
      ],
      faults: [
        { at: 2680, duration: 0, kind: 'adminFailover', targets: ['shard-1/master'], amount: 0 },
        { at: 3771, duration: 2610, kind: 'partition', targets: ['shard-1/master'], amount: 0 },
        {
          at: 3924,
          duration: 0,
          kind: 'plannedFailover',
          targets: ['shard-1', 'sentinel-1'],
          amount: 0,
        },
        {
          at: 8086,
          duration: 2501,
          kind: 'oneWayCut',
          targets: ['sentinel-2', 'client-1', 'shard-1/replica', 'shard-1/master'],
          amount: 0,
        },
        { at: 11662, duration: 0, kind: 'adminFailover', targets: ['shard-1/master'], amount: 0 },
        {
          at: 14275,
          duration: 0,
          kind: 'plannedFailover',
          targets: ['shard-1', 'sentinel-3'],
          amount: 0,
        },
      ],
    },
  },
  {
    title: 'a shard whose machine lost its power for a moment serves again after the first call',
    schedule: {
      seed: 1182,
      kind: 'mixed',
      plan: {
        shards: [
          { name: 'shard-1', replicas: 1 },
          { name: 'shard-2', replicas: 1 },
        ],
        sentinels: 3,
        quorum: 2,
        downAfter: 1000,
        failoverTimeout: 3000,
        parallelSyncs: 1,
        isValkey: false,
        latency: 0.05,
        jitter: 0.2,
        node: {
          persistence: 'nothing',
          loadingTime: 1,
          syncTime: 2,
          servesStaleData: true,
          minReplicasToWrite: 0,
        },
        times: {},
      },
      duration: 2348,
      clients: [
        {
          startAt: 0,
          users: 1,
          thinkTime: 400,
          burst: 1,
          keys: 1,
          commandTimeout: 5000,
          connectTimeout: 2000,
          gateTimeout: 3000,
          openOn: 'confirmed',
          probeInterval: 10,
          retryWrites: 'never',
          pollInterval: 300,
          queueCommands: 100000,
          subscribes: false,
          blocks: false,
        },
      ],
      faults: [
        { at: 629, duration: 219, kind: 'powerOff', targets: ['shard-2/master'], amount: 0 },
      ],
    },
  },
]

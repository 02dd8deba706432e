import type { BenchClient } from '../contenders/bench-client.js'
import { GetSetWorkload } from './get-set.js'
import { MgetWorkload, MsetWorkload } from './multi-key.js'
import { PipelineWorkload } from './pipeline.js'
import { SessionWorkload } from './session.js'
import type { Workload, WorkloadSpec } from './workload.js'

/** @param keyPrefix keeps contenders that share the masters apart */
export function createWorkload(
  spec: WorkloadSpec,
  client: BenchClient,
  keyPrefix: string,
): Workload {
  switch (spec.kind) {
    case 'get-set':
      return new GetSetWorkload(client, keyPrefix, spec.callers, spec.valueBytes)
    case 'mget':
      return new MgetWorkload(client, keyPrefix, spec.callers, spec.keys)
    case 'mset':
      return new MsetWorkload(client, keyPrefix, spec.callers, spec.keys)
    case 'pipeline':
      return new PipelineWorkload(client, keyPrefix, spec.callers, spec.commands)
    case 'session':
      return new SessionWorkload(client, keyPrefix, spec.callers)
  }
}

import type { Mode, Suite } from './case.js'
import { loadCase } from './load-case.js'
import { contendersFor } from './participants.js'

const commands = 100

/** Explicit pipelines of 100 commands whose keys lie on all shards. */
export const pipeline: Suite = {
  name: 'pipeline',
  description: 'pipelines of 100 commands, 1 and 10 callers; operations are commands',
  cases: (mode: Mode) =>
    (mode === 'quick' ? [10] : [1, 10]).map((callers) =>
      loadCase({
        id: `pipeline-${commands}-c${callers}`,
        suite: 'pipeline',
        title: `Pipelines of ${commands} commands, C=${callers} (operations are commands)`,
        figure: `Pipelines of ${commands} commands`,
        contenders: contendersFor(mode),
        workload: { kind: 'pipeline', callers, commands },
      }),
    ),
}

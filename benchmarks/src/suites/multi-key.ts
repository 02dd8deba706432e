import type { CaseSpec, Mode, Suite } from './case.js'
import { loadCase } from './load-case.js'
import { contendersFor } from './participants.js'

const kinds = ['mget', 'mset'] as const

/** The id of a case of this suite; the goals refer to them. */
export const multiKeyCase = (kind: 'mget' | 'mset', keys: number, callers: number) =>
  `${kind}-${keys}-c${callers}`

/** MGET and MSET of keys that lie on all shards. */
export const multiKey: Suite = {
  name: 'multi-key',
  description: 'MGET and MSET of 10 and 100 keys, 1 and 50 callers',
  cases(mode: Mode) {
    if (mode === 'quick') return [multiKeyCaseSpec('mget', 100, 1, mode)]
    return kinds.flatMap((kind) =>
      [10, 100].flatMap((keys) =>
        [1, 50].map((callers) => multiKeyCaseSpec(kind, keys, callers, mode)),
      ),
    )
  },
}

function multiKeyCaseSpec(
  kind: 'mget' | 'mset',
  keys: number,
  callers: number,
  mode: Mode,
): CaseSpec {
  const command = kind.toUpperCase()
  return loadCase({
    id: multiKeyCase(kind, keys, callers),
    suite: 'multi-key',
    title: `${command} of ${keys} keys of 100 B, C=${callers}`,
    figure: `${command} of ${keys} keys`,
    contenders: contendersFor(mode),
    workload: { kind, callers, keys },
  })
}

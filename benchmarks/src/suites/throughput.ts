import { contenders } from '../contenders/registry.js'
import type { CaseSpec, Mode, Suite } from './case.js'
import { loadCase } from './load-case.js'

const callerCounts = [1, 50, 500]
/** With small values, and beside few others: as many as a process that is overrun. */
const manyCallers = [5_000, 10_000]
const besideManyCallers = contenders.filter(({ id }) =>
  ['disredis', 'ioredis', 'raw-sockets'].includes(id),
)
const valueSizes = { full: [100, 1024, 16_384], quick: [100] }

/** The id of a case of this suite; the goals refer to them. */
export const throughputCase = (valueBytes: number, callers: number) =>
  `get-set-${sizeOf(valueBytes).replace(' ', '')}-c${callers}`

/** Half GET, half SET at several value sizes and numbers of callers, every contender. */
export const throughput: Suite = {
  name: 'throughput',
  description:
    'GET/SET 50:50 with 100 B, 1 KB and 16 KB values, 1, 50 and 500 callers; 5,000 and 10,000 with 100 B',
  cases: (mode: Mode) => [
    ...valueSizes[mode].flatMap((valueBytes) =>
      callerCounts.map((callers) => getSetCase(valueBytes, callers)),
    ),
    ...manyCallers.map((callers) => getSetCase(100, callers, besideManyCallers)),
  ],
}

function getSetCase(valueBytes: number, callers: number, among = contenders): CaseSpec {
  const size = sizeOf(valueBytes)
  return loadCase({
    id: throughputCase(valueBytes, callers),
    suite: 'throughput',
    title: `GET/SET 50:50, ${size} values, C=${callers}`,
    figure: `Throughput, ${size} values`,
    contenders: among,
    workload: { kind: 'get-set', callers, valueBytes },
  })
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KB`
}

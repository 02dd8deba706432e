import { contenders } from '../contenders/registry.js'
import type { CaseSpec, Mode, Suite } from './case.js'
import { loadCase } from './load-case.js'

const callerCounts = [1, 50, 500]
const valueSizes = { full: [100, 1024, 16_384], quick: [100] }

/** The id of a case of this suite; the goals refer to them. */
export const throughputCase = (valueBytes: number, callers: number) =>
  `get-set-${sizeOf(valueBytes).replace(' ', '')}-c${callers}`

/** Half GET, half SET at several value sizes and numbers of callers, every contender. */
export const throughput: Suite = {
  name: 'throughput',
  description: 'GET/SET 50:50 with 100 B, 1 KB and 16 KB values, 1, 50 and 500 callers',
  cases: (mode: Mode) =>
    valueSizes[mode].flatMap((valueBytes) =>
      callerCounts.map((callers) => getSetCase(valueBytes, callers)),
    ),
}

function getSetCase(valueBytes: number, callers: number): CaseSpec {
  const size = sizeOf(valueBytes)
  return loadCase({
    id: throughputCase(valueBytes, callers),
    suite: 'throughput',
    title: `GET/SET 50:50, ${size} values, C=${callers}`,
    figure: `Throughput, ${size} values`,
    contenders,
    workload: { kind: 'get-set', callers, valueBytes },
  })
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KB`
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { FoundMutation } from '../mutations/run-mutations.js'
import { addTallies, noTally, type Tally } from '../run/worker-messages.js'

export interface Results {
  readonly tally: Tally
  readonly mutations: readonly FoundMutation[]
}

export function readResults(file: string): Results {
  if (!existsSync(file)) return { tally: noTally, mutations: [] }
  return JSON.parse(readFileSync(file, 'utf8')) as Results
}

/** Adds what was run to the file. */
export function addResults(
  file: string,
  { tally, mutations }: { readonly tally?: Tally; readonly mutations?: readonly FoundMutation[] },
): void {
  const before = readResults(file)
  const renewed = new Set(mutations?.map(({ name }) => name))
  const after: Results = {
    tally: tally === undefined ? before.tally : addTallies(before.tally, tally),
    mutations: [...before.mutations.filter(({ name }) => !renewed.has(name)), ...(mutations ?? [])],
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(after, undefined, 2)}\n`)
}

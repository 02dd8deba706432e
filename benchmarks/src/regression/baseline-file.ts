import { readFile, writeFile } from 'node:fs/promises'
import type { Baseline } from './baseline.js'

const file = new URL('../../baseline.json', import.meta.url)

/** @throws when there is none yet */
export async function readBaseline(): Promise<Baseline> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('No baseline is stored. Write one with --update-baseline on a quiet machine', {
      cause: error,
    })
  }
}

export async function writeBaseline(baseline: Baseline): Promise<void> {
  await writeFile(file, `${JSON.stringify(baseline, null, 2)}\n`)
}

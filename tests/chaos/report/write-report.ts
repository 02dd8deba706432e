import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderReport } from './render-report.js'
import { readResults } from './result-file.js'

/** `docs/chaos-results.md` of the repository, seen from tests/chaos/dist/report. */
const page = fileURLToPath(new URL('../../../../docs/chaos-results.md', import.meta.url))

export function writeReport(file: string): void {
  const results = readResults(file)
  if (results === undefined) throw new Error(`There are no results in ${file}`)
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, renderReport(results))
  console.log(`wrote ${page}`)
}

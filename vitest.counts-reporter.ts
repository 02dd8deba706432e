import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** What one vitest run came to, as `npm test` adds it up. */
export interface Counts {
  readonly passed: number
  /** Failed tests, plus one for each file that failed outside its tests and each unhandled error. */
  readonly failed: number
  readonly skipped: number
}

/**
 * Writes the {@link Counts} of a run to a file below the package. vitest's own JSON report misses
 * what fails outside a test: unhandled errors, and files that do not load or that leak.
 */
export class CountsReporter implements Reporter {
  readonly #file: string
  #path: string | undefined

  constructor(file: string) {
    this.#file = file
  }

  onInit(vitest: Vitest): void {
    this.#path = resolve(vitest.config.root, this.#file)
    // Where there are no test files, vitest never tells of an end.
    this.#write({ passed: 0, failed: 0, skipped: 0 })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#write(count(modules, unhandledErrors.length))
  }

  #write(counts: Counts): void {
    if (this.#path === undefined) return
    mkdirSync(dirname(this.#path), { recursive: true })
    writeFileSync(this.#path, JSON.stringify(counts))
  }
}

function count(modules: readonly TestModule[], unhandledErrors: number): Counts {
  let passed = 0
  let failed = unhandledErrors
  let skipped = 0
  for (const module of modules) {
    let failedInModule = 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') passed++
      else if (state === 'skipped') skipped++
      else failedInModule++
    }
    // A test that never ran because its file stopped halfway is 'skipped': the file tells of it.
    failed += failedInModule === 0 && module.state() === 'failed' ? 1 : failedInModule
  }
  return { passed, failed, skipped }
}

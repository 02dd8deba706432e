import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../scripts/root.mjs'
import type { Program } from './programs.js'

const RUN_LIMIT = 60_000

const { resolve } = createRequire(import.meta.url)
const tsc = join(dirname(resolve('typescript/package.json')), 'bin/tsc')
const vitest = join(dirname(resolve('vitest/package.json')), 'vitest.mjs')

// Claims compare, they do not narrow: `let x = 1 // 1` leaves x a number.
const PRELUDE = `import { deepStrictEqual as $equal } from 'node:assert/strict'; const $claim: (actual: unknown, claimed: unknown) => void = $equal;`

/** What the README of a folder shows, as files below it, so that imports resolve as they do there. */
export class Examples {
  readonly #folder: string
  readonly #programs: readonly Program[]

  /** @param folder relative to the repository */
  constructor(folder: string, programs: readonly Program[]) {
    this.#folder = join(root, folder, '.readme')
    this.#programs = programs
  }

  /** Compiles the programs, against the built packages and their types. Throws what tsc says. */
  async compile(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
    await mkdir(this.#folder)
    for (const program of this.#programs) {
      // As many lines down as in the README: messages name its lines.
      const text = `${PRELUDE}${'\n'.repeat(program.line)}${program.code}\nexport {}\n`
      await writeFile(join(this.#folder, `${nameOf(program)}.mts`), text)
    }
    // `strict`, as users have it, without what this repository demands of itself beyond that.
    const compilerOptions = {
      outDir: 'out',
      rootDir: '.',
      declaration: false,
      declarationMap: false,
      exactOptionalPropertyTypes: false,
      noUncheckedIndexedAccess: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    }
    await writeFile(
      join(this.#folder, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions }),
    )
    const compiled = promisify(execFile)(process.execPath, [tsc, '-p', '.'], { cwd: this.#folder })
    await compiled.catch(({ stdout }: { stdout: string }) => {
      throw new Error(stdout)
    })
  }

  /** Runs a compiled program. Throws with its output unless it ends well, or serves as it says. */
  async run(program: Program): Promise<void> {
    const { until } = program
    const file = join(this.#folder, 'out', `${nameOf(program)}.mjs`)
    const runner = [vitest, 'run', '--root', dirname(file), '--test-timeout', String(RUN_LIMIT)]
    const args = isTest(program) ? [...runner, file] : [file]
    const child = spawn(process.execPath, ['--enable-source-maps', ...args], {
      cwd: dirname(this.#folder),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let isServing = false
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (until === undefined || isServing || !output.includes(until)) return
        isServing = true
        child.kill('SIGTERM')
      })
    }
    const limit = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT)
    const [code, signal] = await once(child, 'close')
    clearTimeout(limit)
    if (isServing ? code === 0 || signal === 'SIGTERM' : code === 0 && until === undefined) return
    const wanted = until === undefined ? '' : `, never printed "${until}"`
    throw new Error(`Ended with ${signal ?? code}${isServing ? '' : wanted}:\n${output}`)
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** A test is run by its runner, which wants it to be named so. */
function nameOf(program: Program): string {
  return `line-${program.line}${isTest(program) ? '.test' : ''}`
}

function isTest({ code }: Program): boolean {
  return /from 'vitest'/.test(code)
}

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutation.js'

/** `tests/simulation/dist`, where this file is built to. */
const built = fileURLToPath(new URL('..', import.meta.url))
const root = join(built, '../../..')

/** The packages that a simulation runs. */
const packages = ['connection', 'hash-ring', 'sentinel', 'client'] as const

/**
 * A copy of the product with one mutation, and the simulation beside it.
 *
 * @returns its folder
 * @throws Error if the text to be replaced is not there exactly once: the product has changed
 */
export function makeMutant(mutation: Mutation): string {
  const folder = join(root, 'node_modules/.disredis-mutants', mutation.name)
  rmSync(folder, { recursive: true, force: true })
  const copies = join(folder, 'node_modules/@disredis')
  for (const name of packages) {
    const from = join(root, 'packages', name)
    const to = join(copies, name)
    mkdirSync(to, { recursive: true })
    cpSync(join(from, 'package.json'), join(to, 'package.json'))
    cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  }
  cpSync(built, join(folder, 'simulation'), { recursive: true })
  mutate(mutation, join(copies, mutation.package))
  return folder
}

function mutate({ name, package: target, file, find, replace }: Mutation, copy: string): void {
  const source = join(root, 'packages', target, 'src')
  const text = readFileSync(join(source, file), 'utf8')
  const times = text.split(find).length - 1
  if (times !== 1) {
    throw new Error(`Mutation ${name}: its text stands ${times} times in ${target}/src/${file}`)
  }
  cpSync(source, join(copy, 'src'), { recursive: true })
  writeFileSync(
    join(copy, 'src', file),
    text.replace(find, () => replace),
  )
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        rootDir: 'src',
        outDir: 'dist',
        noCheck: true,
        declaration: false,
        declarationMap: false,
        sourceMap: false,
      },
      include: ['src'],
      exclude: ['src/**/*.test.ts'],
    }),
  )
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', copy], { stdio: 'inherit' })
}

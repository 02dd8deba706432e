import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutation.js'

/** `tests/simulation/dist`, where this file is built to. */
const built = fileURLToPath(new URL('..', import.meta.url))
const root = join(built, '../../..')
const mutants = join(root, 'node_modules/.disredis-mutants', String(process.pid))

/** The packages that a simulation runs. */
const packages = ['connection', 'hash-ring', 'sentinel', 'client'] as const

/**
 * A copy of the product with one mutation, and the simulation beside it.
 *
 * @returns its folder
 * @throws Error if the text to be replaced is not there exactly once: the product has changed
 */
export function makeMutant(mutation: Mutation): string {
  const folder = join(mutants, mutation.name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(wholeProduct(), join(folder, 'node_modules/@disredis'), { recursive: true })
  const mutated = join(folder, 'node_modules/@disredis', mutation.package)
  mutate(mutation, join(mutated, 'src'))
  compile(mutated)
  cpSync(built, join(folder, 'simulation'), { recursive: true })
  return folder
}

/** All of them are gone. */
export function removeMutants(): void {
  rmSync(mutants, { recursive: true, force: true })
}

let whole: string | undefined

/** The packages as they are, as plain modules: made once. */
function wholeProduct(): string {
  if (whole !== undefined) return whole
  whole = join(mutants, 'whole')
  rmSync(whole, { recursive: true, force: true })
  for (const name of packages) compile(copyPackage(whole, name))
  return whole
}

/** @returns where it is now */
function copyPackage(folder: string, name: string): string {
  const from = join(root, 'packages', name)
  const to = join(folder, name)
  mkdirSync(to, { recursive: true })
  cpSync(join(from, 'src'), join(to, 'src'), { recursive: true })
  const { dependencies } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  // Plain modules in place of the one file that is published: it takes a moment less.
  const manifest = {
    name: `@disredis/${name}`,
    type: 'module',
    exports: './dist/index.js',
    dependencies,
  }
  writeFileSync(join(to, 'package.json'), JSON.stringify(manifest))
  return to
}

function mutate({ name, package: target, file, find, replace }: Mutation, source: string): void {
  const path = join(source, file)
  const text = readFileSync(path, 'utf8')
  const times = text.split(find).length - 1
  if (times !== 1) {
    throw new Error(`Mutation ${name}: its text stands ${times} times in ${target}/src/${file}`)
  }
  writeFileSync(
    path,
    text.replace(find, () => replace),
  )
}

function compile(folder: string): void {
  const config = {
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
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', folder], { stdio: 'inherit' })
}

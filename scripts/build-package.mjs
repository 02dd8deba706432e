// Builds the package in the current folder into `dist`, which is what is published.
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { bundle } from './build/bundle.mjs'
import { emitDeclarations, reachableDeclarations } from './build/declarations.mjs'
import { entriesOf, programsOf } from './build/entries.mjs'
import {
  entryDeclarations,
  esModule,
  expectedExports,
  folderManifest,
  publishedManifest,
} from './build/package-files.mjs'

const folder = process.cwd()
const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
const entries = entriesOf(manifest)
const programs = programsOf(manifest)
checkExports()

// Somewhere else first: who runs the package meanwhile has all of the old build or all of the new one.
const built = await mkdtemp(join(folder, '.build-'))
const output = join(built, 'package')
try {
  const [names, declarations] = await Promise.all([
    bundle(folder, [...entries, ...programs], output, declaredPackages()),
    declare(join(built, 'types')),
  ])
  for (const { name, source } of entries) {
    const exported = names.get(name)
    if (exported === undefined) throw new Error(`${source} was not built`)
    const defaultName = nameOfDefault(name, exported)
    await write(`${name}.mjs`, esModule(name, exported, defaultName))
    const texts = entryDeclarations(declarationOf(source), defaultName, declarations)
    for (const [extension, text] of Object.entries(texts)) await write(name + extension, text)
    if (name !== 'index') await write(`${name}/package.json`, json(folderManifest(name)))
  }
  for (const [file, text] of declarations) {
    await write(join('types', file.replace(/\.d\.ts$/, '.d.cts')), text)
  }
  await write('package.json', json(publishedManifest(manifest, entries)))
  for (const file of ['README.md', 'LICENSE', ...(manifest.files ?? [])]) {
    if (file !== 'dist') await cp(join(folder, file), join(output, file), { recursive: true })
  }
  for (const { name } of programs) await chmod(join(output, `${name}.cjs`), 0o755)
  await replaceDist()
} finally {
  await rm(built, { recursive: true, force: true, maxRetries: 5 })
}

/** What runs in this repository is loaded as users load it, or it proves nothing. */
function checkExports() {
  const { './package.json': self, ...actual } = manifest.exports
  const expected = expectedExports(entries)
  if (isDeepStrictEqual(actual, expected) && self === './package.json') return
  const wanted = JSON.stringify({ ...expected, './package.json': './package.json' }, undefined, 2)
  throw new Error(`"exports" in ${folder}/package.json must be ${wanted}`)
}

/** What users have installed beside the package. */
function declaredPackages() {
  const { dependencies = {}, peerDependencies = {} } = manifest
  return Object.keys({ ...dependencies, ...peerDependencies })
}

/** @param {string} emitted */
async function declare(emitted) {
  await emitDeclarations(folder, emitted)
  const files = entries.map(({ source }) => `${declarationOf(source)}.d.ts`)
  return reachableDeclarations(emitted, files)
}

/** @param {string} source `./src/adapter/index.ts`; @returns {string} `adapter/index` */
function declarationOf(source) {
  return relative(join(folder, 'src'), join(folder, source)).replace(/\.ts$/, '')
}

/**
 * The name by which an entry exports its default, too: an ES module can only get it by that.
 * @param {string} name
 * @param {readonly string[]} exported
 */
function nameOfDefault(name, exported) {
  if (!exported.includes('default')) return undefined
  const values = createRequire(import.meta.url)(join(output, `${name}.cjs`))
  const alias = exported.find((one) => one !== 'default' && values[one] === values.default)
  if (alias === undefined) {
    throw new Error(`What ${manifest.name} exports by default needs a name that is exported, too`)
  }
  return alias
}

/**
 * @param {string} file relative
 * @param {string} text
 */
async function write(file, text) {
  const path = join(output, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

async function replaceDist() {
  const dist = join(folder, 'dist')
  await rename(dist, join(built, 'old')).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(output, dist)
}

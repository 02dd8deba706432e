import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { layers } from '../../scripts/layers/layers.mjs'
import { findViolations } from '../../scripts/layers/violations.mjs'
import { root } from '../../scripts/root.mjs'

const temporary: string[] = []
afterEach(async () => {
  for (const folder of temporary.splice(0)) await rm(folder, { recursive: true })
})

interface Package {
  readonly manifest?: object
  /** Content by path. */
  readonly files: Readonly<Record<string, string>>
}

/** The violations in a repository of these packages, by the names of their folders. */
async function violationsIn(packages: Readonly<Record<string, Package>>): Promise<string[]> {
  const repository = await mkdtemp(join(tmpdir(), 'disredis-layers-'))
  temporary.push(repository)
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(repository, path)), { recursive: true })
    await writeFile(join(repository, path), content)
  }
  const root = { workspaces: ['packages/*', 'tests'], devDependencies: { vitest: '*' } }
  await write('package.json', JSON.stringify(root))
  for (const [folder, { manifest, files }] of Object.entries(packages)) {
    const name = `@disredis/${folder.replace('packages/', '')}`
    await write(`${folder}/package.json`, JSON.stringify({ name, ...manifest }))
    for (const [path, content] of Object.entries(files)) await write(`${folder}/${path}`, content)
  }
  return findViolations(repository)
}

const others: Readonly<Record<string, Package>> = {
  'packages/hash-ring': { files: { 'src/index.ts': '' } },
  'packages/sentinel': { files: { 'src/index.ts': '', 'src/internal.ts': '' } },
  'packages/client': { files: { 'src/index.ts': '' } },
  'packages/session-store': { files: { 'src/index.ts': '' } },
  'packages/fleet': { files: { 'src/index.ts': '' } },
}

/** The violations of one file, in a package that declares all others and two libraries. */
function violationsOf(path: string, content: string): Promise<string[]> {
  const [, workspace = '', file = ''] = /^(packages\/[^/]+)\/(.+)$/.exec(path) ?? []
  const names = Object.keys(layers).filter((name) => !workspace.endsWith(name.slice(9)))
  const manifest = {
    dependencies: Object.fromEntries([...names, 'ioredis'].map((name) => [name, '*'])),
    devDependencies: { 'fast-check': '*' },
  }
  return violationsIn({ ...others, [workspace]: { manifest, files: { [file]: content } } })
}

test('this repository keeps its layers', () => {
  expect(findViolations(root)).toEqual([])
})

test.each([
  ['downwards', 'packages/client/src/a.ts', "import { x } from '@disredis/sentinel'"],
  ['a library', 'packages/client/src/a.ts', "import { Redis } from 'ioredis'"],
  ['Node.js', 'packages/client/src/a.ts', "import { connect } from 'node:net'"],
  [
    'a type from two layers down, in an adapter',
    'packages/express-session/src/a.ts',
    "import type { Disredis } from '@disredis/client'",
  ],
  ['a path, in a browser', 'packages/fleet/src/page.js', "import '/lit.js'"],
  ['a fleet in a test', 'packages/sentinel/test/a.test.ts', "import '@disredis/fleet'"],
  ['a tool in a test', 'packages/sentinel/src/a.test.ts', "import { test } from 'vitest'"],
  ['all that is below, in a test', 'packages/client/test/a.ts', "import '@disredis/hash-ring'"],
])('may be imported: %s', async (_what, path, content) => {
  expect(await violationsOf(path, content)).toEqual([])
})

test.each([
  ['upwards', 'packages/sentinel/src/a.ts', "import '@disredis/client'", /against the layers/],
  [
    'sideways',
    'packages/sentinel/src/a.ts',
    "export * from '@disredis/hash-ring'",
    /a\.ts:1 imports @disredis\/hash-ring, against the layers: .* may import no other package/,
  ],
  [
    'a fleet in a source',
    'packages/client/src/a.ts',
    "\nawait import('@disredis/fleet')",
    /a\.ts:2 imports @disredis\/fleet, against the layers/,
  ],
  [
    'the client itself in an adapter',
    'packages/express-session/src/a.ts',
    "import { Disredis } from '@disredis/client'",
    /against the layers/,
  ],
  [
    'a type from above',
    'packages/sentinel/src/a.ts',
    "export let x: import('@disredis/client').Disredis",
    /imports a type of @disredis\/client, against the layers/,
  ],
  [
    'from above in a test',
    'packages/hash-ring/test/a.test.ts',
    "import '@disredis/client'",
    /in a test, @disredis\/client, against the layers/,
  ],
  [
    'another package by its path',
    'packages/client/src/a.ts',
    "import '../../sentinel/src/internal.js'",
    /reaches out of its package, to packages\/sentinel\/src\/internal\.ts/,
  ],
  [
    'another package by its path, in a test',
    'packages/client/test/a.test.ts',
    "import '../../sentinel/src/internal.js'",
    /reaches out of its package/,
  ],
  [
    'what is not declared',
    'packages/client/src/a.ts',
    "import 'left-pad/sub'",
    /imports left-pad, which packages\/client\/package\.json does not declare$/,
  ],
  [
    'what is not declared, in a test',
    'packages/client/test/a.test.ts',
    "require('left-pad')",
    /does not declare/,
  ],
  [
    'a development tool in a source',
    'packages/client/src/a.ts',
    "import 'fast-check'",
    /does not declare as more than a devDependency/,
  ],
])('may not be imported: %s', async (_what, path, content, message) => {
  expect(await violationsOf(path, content)).toEqual([expect.stringMatching(message)])
})

test('modules may not import each other in a circle, unless by type', async () => {
  const files = {
    'src/a.ts': "import { b } from './b.js'\nimport './c.js'",
    'src/b.ts': "import { c } from './c.js'",
    'src/c.ts': "import type { A } from './a.js'",
  }
  expect(await violationsIn({ 'packages/client': { files } })).toEqual([])

  const closed = { ...files, 'src/c.ts': "import { a } from './a.js'" }
  expect(await violationsIn({ 'packages/client': { files: closed } })).toEqual([
    expect.stringMatching(/modules in a circle: .*a\.ts -> .*b\.ts -> .*c\.ts -> .*a\.ts/),
  ])
})

test('packages may not depend on each other in a circle, not even for development', async () => {
  const violations = await violationsIn({
    'packages/client': { manifest: { dependencies: { '@disredis/sentinel': '*' } }, files: {} },
    'packages/sentinel': { manifest: { devDependencies: { '@disredis/client': '*' } }, files: {} },
  })
  expect(violations).toEqual([
    'packages in a circle: @disredis/client -> @disredis/sentinel -> @disredis/client',
  ])
})

test('a source may not import a test', async () => {
  const files = { 'src/a.ts': "import './a.test.js'", 'src/a.test.ts': '' }
  expect(await violationsIn({ 'packages/client': { files } })).toEqual([
    'packages/client/src/a.ts:1 imports packages/client/src/a.test.ts, which is not published',
  ])
})

test('a published package needs a place in the layers', async () => {
  expect(await violationsIn({ 'packages/brand-new': { files: {} } })).toEqual([
    expect.stringContaining('packages/brand-new is published and has no place'),
  ])
})

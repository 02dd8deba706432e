import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { layers } from '../../scripts/layers/layers.mjs'
import { type Rooms, rooms } from '../../scripts/layers/rooms.mjs'
import { findViolations } from '../../scripts/layers/violations.mjs'
import { root } from '../../scripts/root.mjs'
import { readWorkspaces } from '../../scripts/workspaces.mjs'

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
async function violationsIn(
  packages: Readonly<Record<string, Package>>,
  tables: Parameters<typeof findViolations>[1] = {},
): Promise<string[]> {
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
  return findViolations(repository, tables)
}

const others: Readonly<Record<string, Package>> = {
  'packages/hash-ring': { files: { 'src/index.ts': '' } },
  'packages/sentinel': { files: { 'src/index.ts': '', 'src/internal.ts': '' } },
  'packages/client': { files: { 'src/index.ts': '' } },
  'packages/connection': { files: { 'src/index.ts': '' } },
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
  ['the ground', 'packages/fleet/src/a.ts', "import { dial } from '@disredis/connection'"],
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
    'anything of ours in the ground',
    'packages/connection/src/a.ts',
    "import type { Address } from '@disredis/sentinel'",
    /against the layers: @disredis\/connection may import no other package/,
  ],
  [
    'a fleet in a test of what fleets rest on',
    'packages/connection/test/a.test.ts',
    "import '@disredis/fleet'",
    /in a test, @disredis\/fleet, against the layers/,
  ],
  [
    'sideways',
    'packages/sentinel/src/a.ts',
    "export * from '@disredis/hash-ring'",
    /a\.ts:1 imports @disredis\/hash-ring, against the layers: .* may import @disredis\/connection$/,
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

describe('files may not import each other in a circle', () => {
  const closedBy = (last: string): Readonly<Record<string, Package>> => ({
    'packages/client': {
      files: {
        'src/a.ts': "import { b } from './b.js'\nimport './c.js'",
        'src/b.ts': "import { c } from './c.js'",
        'src/c.ts': last,
      },
    },
  })

  test.each([
    ['import', "import { b } from './b.js'"],
    ['import of a type', "import type { B } from './b.js'"],
    ['import of types by name', "import { type B } from './b.js'"],
    ['export of a type', "export type { B } from './b.js'"],
    ['export of all types', "export type * from './b.js'"],
    ['type in place', "export let b: import('./b.js').B"],
    ['type of a module', "export let b: typeof import('./b.js')"],
    ['import when it runs', "export const b = () => import('./b.js')"],
    ['import of itself', "import './c.js'", /^1 files in a circle: .*c\.ts -> .*c\.ts$/],
  ])(
    'not by an %s',
    async (_kind, content, message = /^2 files in a circle: .*b\.ts -> .*c\.ts -> /) => {
      expect(await violationsIn(closedBy(''))).toEqual([])
      expect(await violationsIn(closedBy(content))).toEqual([expect.stringMatching(message)])
    },
  )

  test('the whole is counted, and the shortest way round is shown', async () => {
    const content = "import './a.js'\nimport './b.js'"
    expect(await violationsIn(closedBy(content))).toEqual([
      expect.stringMatching(/^3 files in a circle: \S+ -> \S+ -> \S+$/),
    ])
  })

  test.each(['src/a.test.ts', 'test/a.ts', 'test/support/a.ts', 'bench/a.ts'])(
    'not in %s either',
    async (a) => {
      const b = a.replace('a.', 'b.')
      const files = {
        [a]: `import './${b.replace(/.*\//, '').replace('.ts', '.js')}'`,
        [b]: `import type { A } from './${a.replace(/.*\//, '').replace('.ts', '.js')}'`,
      }
      expect(await violationsIn({ 'packages/client': { files } })).toHaveLength(1)
      expect(await violationsIn({ tests: { manifest: { private: true }, files } })).toHaveLength(1)
    },
  )

  test('nor in JavaScript, by a type of its JSDoc', async () => {
    const files = {
      'a.mjs': "import './b.mjs'",
      'b.mjs': "/**\n * @param {import('./a.mjs').A} a\n */\nexport function b(a) {}",
    }
    expect(await violationsIn({ tests: { manifest: { private: true }, files } })).toEqual([
      '2 files in a circle: tests/a.mjs -> tests/b.mjs -> tests/a.mjs',
    ])
    const text = { ...files, 'b.mjs': "/** Not JSDoc of a type. */\n// import('./a.mjs')" }
    expect(await violationsIn({ tests: { manifest: { private: true }, files: text } })).toEqual([])
  })
})

describe('rooms', () => {
  const table = {
    'packages/client': {
      open: ['errors.ts'],
      rooms: { roof: ['ground'], ground: [] },
    },
  }
  const files = {
    'src/index.ts': "import './roof/a.js'\nimport './ground/b.js'",
    'src/errors.ts': '',
    'src/roof/a.ts': "import '../ground/b.js'\nimport '../errors.js'\nimport './inner/c.js'",
    'src/roof/inner/c.ts': "import '../../ground/b.js'",
    'src/ground/b.ts': "import '../errors.js'",
    'src/ground/b.test.ts': "import '../roof/a.js'",
  }
  const violationsWith = (
    more: Readonly<Record<string, string>>,
    rooms: Readonly<Record<string, Rooms>> = table,
  ) => violationsIn({ 'packages/client': { files: { ...files, ...more } } }, { rooms })

  test('let a folder import those that are below it', async () => {
    expect(await violationsWith({})).toEqual([])
  })

  test.each([
    [
      'upwards, by a type',
      { 'src/ground/d.ts': "\nimport type { A } from '../roof/a.js'" },
      'packages/client/src/ground/d.ts:2 imports roof/a.ts, against the rooms: ground may import no other room',
    ],
    [
      'the root',
      { 'src/roof/d.ts': "import { x } from '../index.js'" },
      'packages/client/src/roof/d.ts:1 imports index.ts, against the rooms: roof may import ground',
    ],
    [
      'from a folder within',
      { 'src/ground/in/d.ts': "export { A } from '../../roof/inner/c.js'" },
      'packages/client/src/ground/in/d.ts:1 imports roof/inner/c.ts, against the rooms: ground may import no other room',
    ],
    [
      'from an open file',
      { 'src/errors.ts': "import './ground/b.js'" },
      'packages/client/src/errors.ts:1 imports ground/b.ts, against the rooms: an open file may import no other room',
    ],
    [
      'from a folder without a place',
      { 'src/cellar/d.ts': '' },
      'packages/client/src/cellar/d.ts is in no room of packages/client',
    ],
  ])('let nobody import %s', async (_what, more: Record<string, string>, message) => {
    // What closes a circle besides is not what this is about.
    const left = (await violationsWith(more)).filter((text) => !text.includes('in a circle'))
    expect(left).toEqual([message])
  })

  test.each([
    ['a room that is not there', { roof: ['ground'], ground: [], attic: [] }, 'has no room attic'],
    ['a name that is no room', { roof: ['ground', 'x'], ground: [] }, 'lets import x, which is no'],
    [
      'a circle of rooms',
      { roof: ['ground'], ground: ['roof'] },
      'has rooms in a circle: roof -> ground -> roof',
    ],
  ])('are true: not %s', async (_what, rooms: Record<string, string[]>, message) => {
    expect(await violationsWith({}, { 'packages/client': { open: ['errors.ts'], rooms } })).toEqual(
      [expect.stringContaining(message)],
    )
  })

  test('of this repository are of packages that are there', () => {
    const folders = readWorkspaces().map(({ folder }) => folder)
    expect(folders).toEqual(expect.arrayContaining(Object.keys(rooms)))
  })
})

describe('known faults', () => {
  const packages = {
    'packages/client': {
      files: { 'src/a.ts': "import './b.js'", 'src/b.ts': "import './a.js'" },
    },
  }
  const violationsWith = (filesInCircles: number) =>
    violationsIn(packages, { knownFaults: { 'packages/client': { filesInCircles } } })

  test('are not told of', async () => {
    expect(await violationsWith(2)).toEqual([])
  })

  test('may not grow', async () => {
    expect(await violationsWith(1)).toEqual([
      expect.stringContaining('2 files in a circle'),
      expect.stringContaining('packages/client has 2 files in circles, and 1 were known'),
    ])
  })

  test('are taken off the list when they are mended', async () => {
    expect(await violationsWith(3)).toEqual([
      expect.stringContaining('has 2 files in circles: lower the number from 3'),
    ])
    const mended = { 'packages/client': { files: { 'src/a.ts': '' } } }
    const knownFaults = { 'packages/client': { filesInCircles: 2, roomBreaks: 1 } }
    expect(await violationsIn(mended, { knownFaults })).toEqual([
      expect.stringContaining('has 0 files in circles: lower the number from 2'),
      expect.stringContaining('has 0 breaks of its rooms: lower the number from 1'),
    ])
  })
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

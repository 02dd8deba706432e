import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { packAll, packages, type Tarball } from './packages.js'

let tarballs: Awaited<ReturnType<typeof packAll>>
beforeAll(async () => {
  tarballs = await packAll()
  return () => tarballs[Symbol.asyncDispose]()
})

describe.each(packages)('$name', (pack) => {
  const { folder, manifest } = pack
  let tarball: Tarball
  beforeAll(() => {
    tarball = tarballs.of(pack)
  })

  test('package.json says what npm, Node.js and bundlers need to know', () => {
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/^\S.{20,}\.$/),
      license: 'MIT',
      repository: { url: 'git+https://github.com/disredis/disredis.git', directory: folder },
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    })
  })

  test('every entry has types, and its source for the tests of this repository', () => {
    const { './package.json': self, ...entries } = manifest.exports ?? {}
    expect(self).toBe('./package.json')
    expect(Object.keys(entries)).toContain('.')
    for (const entry of Object.values(entries)) {
      expect(Object.keys(entry as object)).toEqual(['@disredis/source', 'types', 'default'])
    }
  })

  test('one copy of a package serves all that depend on it', () => {
    const ranges = Object.entries(manifest.dependencies ?? {}).filter(([name]) =>
      name.startsWith('@disredis/'),
    )
    for (const [name, range] of ranges) expect(range, name).toMatch(/^\^\d/)
  })

  test('the tarball holds the README, the licence, the build with its sources, and no tests', () => {
    const { files } = tarball
    const missing = (wanted: readonly string[]) => wanted.filter((file) => !files.includes(file))
    expect(missing(['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'])).toEqual([])
    expect(files.filter((file) => /\btests?\b|fixture|snap$|tsbuildinfo|\.env/.test(file))).toEqual(
      [],
    )
    const built = files.filter((file) => file.endsWith('.js') && file.startsWith('dist/'))
    const sources = built.map((file) => file.replace(/^dist(.*)\.js$/, 'src$1.ts'))
    expect(missing(sources)).toEqual([])
    // Nothing is left of an earlier build.
    expect(sources.filter((file) => !existsSync(join(root, folder, file)))).toEqual([])
  })

  test('publint finds nothing', async () => {
    const { data } = tarball
    const copy = new Uint8Array(data).buffer
    const { messages, pkg } = await publint({ pack: { tarball: copy }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('its types are right for every module system that can load it', async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball.data))
    const problems = result.types === false ? ['no types'] : result.problems
    // ESM only: `moduleResolution: node10` knows no exports, and require() is given ES modules.
    const unavoidable = ['node10', 'node16-cjs']
    expect(
      problems.filter(
        (problem) =>
          typeof problem === 'string' ||
          !('resolutionKind' in problem) ||
          !unavoidable.includes(problem.resolutionKind),
      ),
    ).toEqual([])
  })
})

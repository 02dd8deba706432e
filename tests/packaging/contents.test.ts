import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { packAll, packages, type Tarball } from './packages.js'
import { sizeBudgets } from './size-budgets.js'

let tarballs: Awaited<ReturnType<typeof packAll>>
beforeAll(async () => {
  tarballs = await packAll()
  return () => tarballs[Symbol.asyncDispose]()
})

describe.each(packages)('$name', (pack) => {
  const { name, folder, manifest } = pack
  let tarball: Tarball
  beforeAll(() => {
    tarball = tarballs.of(pack)
  })

  test('package.json says what npm, Node.js and bundlers need to know', () => {
    expect(tarball.manifest).toMatchObject({
      description: expect.stringMatching(/^\S.{20,}\.$/),
      license: 'MIT',
      repository: { url: 'git+https://github.com/disredis/disredis.git', directory: folder },
      main: './index.cjs',
      types: './index.d.cts',
      sideEffects: false,
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    })
  })

  test('package.json says nothing that is for this repository only', () => {
    expect(Object.keys(tarball.manifest)).not.toContain('scripts')
    expect(Object.keys(tarball.manifest)).not.toContain('devDependencies')
    expect(JSON.stringify(tarball.manifest.exports)).not.toMatch(/source|dist/)
  })

  test('an ES module takes all from the CommonJS module, so that each class is there once', async () => {
    for (const file of tarball.files.filter((file) => file.endsWith('.mjs'))) {
      const text = await readFile(join(root, folder, 'dist', file), 'utf8')
      expect(text).toMatch(/^export \{\n( {2}\w+( as default)?,\n)*\} from '\.\/\w+\.cjs'\n$/)
    }
  })

  test('the links of its README work on npm, too', async () => {
    const text = await readFile(join(root, folder, 'README.md'), 'utf8')
    const links = [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, link]) => link as string)
    expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([])
  })

  test('whoever installs it downloads no more than its budget', () => {
    const budget = sizeBudgets.get(name)
    expect(budget, `${name} needs a budget in size-budgets.ts`).toBeDefined()
    expect(tarball.size).toBeLessThanOrEqual((budget as number) * 1000)
  })

  test('one copy of a package serves all that depend on it', () => {
    const ranges = Object.entries(manifest.dependencies ?? {}).filter(([name]) =>
      name.startsWith('@disredis/'),
    )
    for (const [name, range] of ranges) expect(range, name).toMatch(/^\^\d/)
  })

  test('the tarball holds the README, the licence, code and types, and nothing else', () => {
    const { files } = tarball
    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'index.cjs', 'index.mjs', 'index.d.cts']),
    )
    const others = files.filter((file) => !/\.([cm]js|d\.[cm]ts)$|(^|\/)package\.json$/.test(file))
    const documents = (manifest.files ?? []).filter((file) => file !== 'dist')
    expect(others.sort()).toEqual(['LICENSE', 'README.md', ...documents].sort())
    expect(files.filter((file) => /\btests?\b|fixture/.test(file))).toEqual([])
  })

  test('publint finds nothing', async () => {
    const { data } = tarball
    const copy = new Uint8Array(data).buffer
    const { messages, pkg } = await publint({ pack: { tarball: copy }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('its types are right for every version of TypeScript and every module system', async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball.data))
    const problems = result.types === false ? ['no types'] : result.problems
    expect(problems).toEqual([])
  })
})

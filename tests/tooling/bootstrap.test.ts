import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isInstalled } from '../../scripts/bootstrap/install.mjs'
import { isSupported } from '../../scripts/bootstrap/node-version.mjs'

let repository: string
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'disredis-bootstrap-'))
})
afterEach(async () => {
  await rm(repository, { recursive: true })
})

async function write(path: string, content: object): Promise<void> {
  await mkdir(dirname(join(repository, path)), { recursive: true })
  await writeFile(join(repository, path), JSON.stringify(content))
}

const root = { workspaces: ['packages/*'], devDependencies: { tool: '^1.0.0' } }
const client = { name: 'client', version: '0.0.0', dependencies: { redis: '^2.0.0' } }
const entries = {
  'node_modules/tool': { version: '1.0.0', integrity: 'a' },
  'node_modules/redis': { version: '2.0.0', integrity: 'b' },
  'packages/client': client,
}
const otherPlatform = { 'node_modules/tool-darwin': { version: '1.0.0', optional: true } }

/** A clone in which `npm ci` has run. */
async function writeInstalled(): Promise<void> {
  await write('package.json', root)
  await write('packages/client/package.json', client)
  await write('package-lock.json', { packages: { '': root, ...entries, ...otherPlatform } })
  await write('node_modules/.package-lock.json', { packages: entries })
}

test('what npm installed is left alone', async () => {
  await writeInstalled()
  expect(isInstalled(repository)).toBe(true)
})

test('a fresh clone is to be installed', async () => {
  await writeInstalled()
  await rm(join(repository, 'node_modules'), { recursive: true })
  expect(isInstalled(repository)).toBe(false)
})

test('a changed lock is to be installed', async () => {
  await writeInstalled()
  const tool = { version: '1.0.1', integrity: 'c' }
  await write('package-lock.json', {
    packages: { '': root, ...entries, 'node_modules/tool': tool },
  })
  expect(isInstalled(repository)).toBe(false)
})

test('a dependency that left the lock is to be removed', async () => {
  await writeInstalled()
  await write('node_modules/.package-lock.json', {
    packages: { ...entries, 'node_modules/old': { version: '1.0.0' } },
  })
  expect(isInstalled(repository)).toBe(false)
})

test('a package.json that the lock does not know is to be installed', async () => {
  await writeInstalled()
  await write('packages/client/package.json', {
    ...client,
    dependencies: { ...client.dependencies, another: '*' },
  })
  expect(isInstalled(repository)).toBe(false)
})

test.each([
  ['20.19.0', true],
  ['20.20.2', true],
  ['22.12.0', true],
  ['24.0.0-nightly', true],
  ['20.18.3', false],
  ['18.20.8', false],
  ['8.17.0', false],
])('Node.js %s: supported %s', (version, supported) => {
  expect(isSupported(version)).toBe(supported)
})

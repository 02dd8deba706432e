import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { createTlsFiles, type Fleet, type TlsFiles, type TlsFilesOptions } from '@disredis/fleet'
import { makeClient } from '../actions/client.js'
import { fault, step } from '../actions/step.js'
import type { Address } from '../address.js'
import type { Scenario, Step } from '../scenario.js'
import type { World } from '../world/world.js'

/** Files of one run, in a folder that goes with it. */
function tlsFiles(world: World, options?: TlsFilesOptions): TlsFiles {
  const folder = mkdtempSync(join(tmpdir(), 'disredis-chaos-'))
  world.cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return createTlsFiles(folder, options)
}

/** A server in the master's place, with another certificate of the fleet's own authority. */
let impostor: Address | undefined

function standIn(what: string, options: TlsFilesOptions): Step {
  return step(`a server with ${what} stands in the master's place`, async (world) => {
    const { cert, key } = tlsFiles(world, { ...options, issuer: world.fleet.tls! })
    const server = createServer({ cert, key }, (socket) => socket.destroy())
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    impostor = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    world.cleanUps.push(() => {
      server.close()
    })
  })
}

/** Fails closed, with a typed error that leads to what TLS said. */
function refusesToConnect(code: string): Step {
  return step(`the client refuses: ${code}`, async (world) => {
    const error = await world.client.ready().then(
      () => undefined,
      (reason: Error) => reason,
    )
    if (error === undefined) throw new Error('it connected')
    const chain = causes(error)
    if (!chain.some((one) => one.name === 'TlsError')) {
      throw new Error(`no TlsError among ${chain.map(({ name }) => name)}: ${error.message}`)
    }
    if (!chain.some((one) => 'code' in one && one.code === code)) {
      throw new Error(`no ${code} in ${chain.map((one) => `${one.name}: ${one.message}`)}`)
    }
  })
}

function insteadOfTheMaster(fleet: Fleet): (key: string) => Address | null {
  const { host, port } = fleet.master('shard-1').address
  return (key) => (key === `${host}:${port}` ? (impostor ?? null) : null)
}

function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : []
}

const scenario = {
  fault: 31,
  fleet: { tls: true },
  connects: false,
  load: { timeout: 2_000 },
} as const

/** Certificates that must not be believed: row 31. */
export const tlsScenarios: readonly Scenario[] = [
  {
    ...scenario,
    id: 'tls-wrong-authority',
    title: 'the certificate of the master is of an authority that is not trusted',
    client: (world) => ({
      tls: { ca: tlsFiles(world).ca },
      sentinelTLS: { ca: world.fleet.tls!.ca },
    }),
    steps: [fault(makeClient()), refusesToConnect('SELF_SIGNED_CERT_IN_CHAIN')],
  },
  {
    ...scenario,
    id: 'tls-wrong-name',
    title: 'the certificate of the master is for another name',
    client: ({ fleet }) => ({
      tls: { ca: fleet.tls!.ca },
      sentinelTLS: { ca: fleet.tls!.ca },
      natMap: insteadOfTheMaster(fleet),
    }),
    steps: [
      standIn('a certificate for another name', { hosts: ['redis.example'] }),
      fault(makeClient()),
      refusesToConnect('ERR_TLS_CERT_ALTNAME_INVALID'),
    ],
  },
  {
    ...scenario,
    id: 'tls-expired',
    title: 'the certificate of the master has expired',
    client: ({ fleet }) => ({
      tls: { ca: fleet.tls!.ca },
      sentinelTLS: { ca: fleet.tls!.ca },
      natMap: insteadOfTheMaster(fleet),
    }),
    steps: [
      standIn('an expired certificate', {
        validFrom: new Date('2020-01-01'),
        validTo: new Date('2020-02-01'),
      }),
      fault(makeClient()),
      refusesToConnect('CERT_HAS_EXPIRED'),
    ],
  },
]

import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { createTlsFiles, type TlsFiles } from './tls-files.js'

const folder = mkdtempSync(join(tmpdir(), 'disredis-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
const create = (options: Parameters<typeof createTlsFiles>[1] = {}) =>
  createTlsFiles(join(folder, `${made++}`), options)

test('a certificate is good for the given names and addresses, signed by its CA', () => {
  const { ca, cert } = create({ hosts: ['redis.test', '127.0.0.7', '::1', '2001:db8::a:0:1'] })
  const [authority, server] = [new X509Certificate(ca), new X509Certificate(cert)]
  expect(authority.ca).toBe(true)
  expect(server.ca).toBe(false)
  expect(server.checkIssued(authority)).toBe(true)
  expect(server.verify(authority.publicKey)).toBe(true)
  expect(authority.verify(authority.publicKey)).toBe(true)
  expect(server.checkHost('redis.test')).toBe('redis.test')
  expect(server.checkHost('other.test')).toBeUndefined()
  for (const address of ['127.0.0.7', '::1', '2001:db8::a:0:1']) {
    expect(server.checkIP(address)).toBe(address)
  }
  expect(server.checkIP('127.0.0.1')).toBeUndefined()
})

test('dates before and after 2050 are kept to the second', () => {
  const validFrom = new Date('2024-02-29T23:59:58Z')
  const validTo = new Date('2051-01-02T03:04:05Z')
  const certificate = new X509Certificate(create({ validFrom, validTo }).cert)
  expect(new Date(certificate.validFrom)).toEqual(validFrom)
  expect(new Date(certificate.validTo)).toEqual(validTo)
})

test('a TLS handshake succeeds with the right CA, address and date only', async () => {
  const good = create()
  expect(await handshake(good, good.ca)).toBe('authorized')
  expect(await handshake(good, create().ca)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  expect(await handshake(create({ issuer: good, hosts: ['other.test'] }), good.ca)).toBe(
    'ERR_TLS_CERT_ALTNAME_INVALID',
  )
  expect(
    await handshake(create({ issuer: good, validTo: new Date(Date.now() - 1000) }), good.ca),
  ).toBe('CERT_HAS_EXPIRED')
})

async function handshake({ cert, key }: TlsFiles, ca: string): Promise<string> {
  const server = createServer({ cert, key })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as { port: number }
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca }, () => {
        socket.destroy()
        resolve('authorized')
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  } finally {
    server.close()
  }
}

import { once } from 'node:events'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { dial } from '@disredis/connection'
import { createTlsFiles, type Fleet, startFleet, type TlsFiles } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'

const timeout = 30_000

let fleet: Fleet
let tls: TlsFiles

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, tls: { clientAuth: true } })
  tls = fleet.tls!
})

afterAll(() => fleet?.close())

const own = () => ({ ca: tls.ca, cert: tls.cert, key: tls.key })

/** Listens on a free port. It ends when the other side has closed what it opened: nothing else does. */
async function listen(server: ReturnType<typeof createTcpServer>) {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {})
    socket.resume()
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

test('a node is reached over TLS, with the stages told in their order', async () => {
  const stages: string[] = []
  const { connection, handshake } = await dial(fleet.master('shard-1').address, {
    timeout,
    tls: own(),
    onStage: (stage) => stages.push(stage),
  })
  expect(stages).toEqual(['connect', 'tls', 'handshake'])
  expect(handshake.mode).toBe('standalone')
  const value = 'x'.repeat(3_000_000)
  await connection.request('SET', 'k', value)
  expect(await connection.request('GET', 'k')).toBe(value)
  const closed = new Promise((resolve) => {
    connection.listener = { onClose: resolve }
  })
  connection.destroy()
  await closed
})

test('the certificate is checked against the name that was dialled', async () => {
  const { port } = fleet.master('shard-1').address
  const lookup: NonNullable<Parameters<typeof dial>[1]['lookup']> = (_host, options, callback) => {
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
    else callback(null, '127.0.0.1', 4)
  }
  const options = { timeout, lookup, tls: own() }
  const { connection } = await dial({ host: 'localhost', port }, options)
  connection.destroy()
  await expect(dial({ host: 'other.example', port }, options)).rejects.toMatchObject({
    stage: 'tls',
    cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  })
  const renamed = { ...options, tls: { ...own(), servername: 'localhost' } }
  const named = await dial({ host: 'other.example', port }, renamed)
  named.connection.destroy()
})

test('an authority that is not known is refused', async () => {
  await expect(dial(fleet.master('shard-1').address, { timeout, tls: {} })).rejects.toMatchObject({
    stage: 'tls',
    isTimeout: false,
    cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' },
  })
})

test('a client without the certificate that is asked for is refused', async () => {
  // TLS 1.3: the server judges it when the client believes the handshake to be complete.
  const refused = dial(fleet.master('shard-1').address, { timeout, tls: { ca: tls.ca } })
  await expect(refused).rejects.toMatchObject({
    stage: 'handshake',
    isTimeout: false,
    message: expect.stringMatching(/certificate required|ECONNRESET|EPIPE/),
  })
})

test('certificates that cannot be read fail the dial, not the program', async () => {
  const { address } = fleet.master('shard-1')
  const unreadable = dial(address, { timeout, tls: { cert: 'no certificate', key: 'no key' } })
  await expect(unreadable).rejects.toMatchObject({ code: 'DISREDIS_DIAL', stage: 'tls' })
})

test('an expired certificate is refused', async () => {
  const validFrom = new Date(Date.now() - 2 * 86_400_000)
  const validTo = new Date(Date.now() - 86_400_000)
  const folder = join(fleet.master('shard-1').folder, 'expired')
  const { key, cert } = createTlsFiles(folder, { validFrom, validTo, issuer: tls })
  await using server = await listen(createTlsServer({ key, cert }))
  const expired = dial({ host: '127.0.0.1', port: server.port }, { timeout, tls: own() })
  await expect(expired).rejects.toMatchObject({
    stage: 'tls',
    message: expect.stringContaining('expired'),
    cause: { code: 'CERT_HAS_EXPIRED' },
  })
})

test('TLS spoken to a port without it, and the reverse, are told as such', async () => {
  await using plain = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
  // Redis waits for the end of a line, which a greeting of TLS may have or not.
  await expect(
    dial(plain.master('shard-1').address, { timeout: 300, tls: own() }),
  ).rejects.toMatchObject({ stage: 'tls' })
  // The server waits for TLS, sees a line of text, and answers with an alert or closes.
  await expect(dial(fleet.master('shard-1').address, { timeout })).rejects.toMatchObject({
    stage: 'handshake',
    isTimeout: false,
  })
  await using alert = await listen(
    createTcpServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 0x46])))
    }),
  )
  await expect(dial({ host: '127.0.0.1', port: alert.port }, { timeout })).rejects.toMatchObject({
    message: expect.stringContaining('or is TLS expected?'),
    cause: { code: 'DISREDIS_PROTOCOL' },
  })
})

test('a server that stops in the TLS handshake, or closes in it, fails the stage tls', async () => {
  await using silent = await listen(createTcpServer())
  const stopped = dial({ host: '127.0.0.1', port: silent.port }, { timeout: 200, tls: own() })
  await expect(stopped).rejects.toMatchObject({ stage: 'tls', isTimeout: true })
  await using closing = await listen(
    createTcpServer((socket) => {
      socket.once('data', () => socket.end())
    }),
  )
  const closed = dial({ host: '127.0.0.1', port: closing.port }, { timeout, tls: own() })
  await expect(closed).rejects.toMatchObject({ stage: 'tls', isTimeout: false })
})

test('an abort in the TLS handshake leaves nothing open', async () => {
  await using silent = await listen(createTcpServer())
  const controller = new AbortController()
  const aborted = dial(
    { host: '127.0.0.1', port: silent.port },
    {
      timeout,
      tls: own(),
      signal: controller.signal,
      onStage: (stage) => {
        if (stage === 'tls') setImmediate(() => controller.abort())
      },
    },
  )
  await expect(aborted).rejects.toMatchObject({ stage: 'tls', isTimeout: false })
})

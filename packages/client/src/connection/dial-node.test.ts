import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { systemRuntime } from '@disredis/connection'
import { afterEach, expect, test } from 'vitest'
import { createDialNode } from './dial-node.js'
import { WriteBatch } from './write-batch.js'

const sockets = new Set<Socket>()
const closings: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const close of closings.splice(0)) await close()
})

/** A server that says what no real one says: `answer` gives the bytes for what it got. */
async function serve(answer: (request: string) => string) {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => socket.write(answer(chunk.toString())))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closings.push(async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const dial = createDialNode({
  runtime: systemRuntime,
  credentials: () => ({}),
  db: 0,
  connectionName: 'name',
  stringNumbers: false,
  tls: undefined,
  connectTimeout: 2_000,
})
const batch = () => new WriteBatch(systemRuntime)
const { signal } = new AbortController()

const greeting = '%1\r\n$5\r\nproto\r\n:3\r\n'
const role = '*3\r\n$6\r\nmaster\r\n:7\r\n*0\r\n'

test.each([
  ['a length that is none', `$zz\r\n${greeting}`],
  ['what begins no reply', `HTTP/1.1 400 Bad Request\r\n\r\n${greeting}`],
  ['one reply too many', `${greeting}${role}+PONG\r\n+OK\r\n`],
  ['nothing at all once more', `${greeting}${role}+PONG\r\n_\r\n`],
])('a handshake is refused in which the server says %s', async (_, bytes) => {
  const address = await serve(() => bytes)
  await expect(dial(address, batch(), signal)).rejects.toMatchObject({
    code: 'DISREDIS_CONNECTION',
    retryable: true,
  })
})

test('a server that does not know HELLO is refused, with what it takes', async () => {
  const address = await serve(() => `-ERR unknown command 'HELLO'\r\n${role}+PONG\r\n`)
  await expect(dial(address, batch(), signal)).rejects.toThrow(/HELLO.*Redis 6\.2/u)
})

test.each([
  ['+PONG', false],
  ['-LOADING Redis is loading the dataset in memory', true],
  ["-NOPERM this user has no permissions to run the 'ping' command", false],
])('a master that says %s to PING loads its data: %s', async (answer, isLoading) => {
  const address = await serve((request) =>
    /hello/i.test(request) ? `${greeting}${role}${answer}\r\n` : `${role}${answer}\r\n`,
  )
  const connection = await dial(address, batch(), signal)
  const expected = { isMaster: true, isLoading, offset: 7 }
  // Once from the handshake, once asked for.
  await expect(connection.role(signal, 2_000)).resolves.toMatchObject(expected)
  await expect(connection.role(signal, 2_000)).resolves.toMatchObject(expected)
  connection.destroy()
})

test('a refused ROLE fails the question for it', async () => {
  const address = await serve(() => `${greeting}-NOPERM no permissions to run 'role'\r\n+PONG\r\n`)
  const connection = await dial(address, batch(), signal)
  await expect(connection.role(signal, 2_000)).rejects.toMatchObject({
    code: 'DISREDIS_AUTHENTICATION',
  })
})

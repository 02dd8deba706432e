import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../random.js'
import { garbageAfter, resetAfter, rewrite, truncateAfter } from './stream-faults.js'
import { TcpProxy } from './tcp-proxy.js'

/** Answers every chunk with itself, and hears of ends and errors. */
let server: Server
let serverSockets: Socket[]
let proxy: TcpProxy
let clients: Socket[]

beforeEach(async () => {
  serverSockets = []
  clients = []
  server = createServer((socket) => {
    serverSockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => socket.write(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  proxy = await TcpProxy.listen({ host: '127.0.0.1', port }, { random: () => 0.5 })
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await proxy.close()
  const closed = once(server, 'close')
  server.close()
  for (const socket of serverSockets) socket.destroy()
  await closed
})

async function dial(): Promise<Socket & { received: string; chunks: string[] }> {
  const socket = connect({ ...proxy.address, noDelay: true })
  const client = Object.assign(socket, { received: '', chunks: [] as string[] })
  clients.push(client)
  client.on('error', () => {})
  client.on('data', (chunk) => {
    client.received += chunk.toString('latin1')
    client.chunks.push(chunk.toString('latin1'))
  })
  await once(client, 'connect')
  return client
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`Not so in time: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

test('passes bytes both ways, and the end of either side', async () => {
  const client = await dial()
  client.write('hello')
  await until(() => client.received === 'hello')
  client.end()
  await once(client, 'close')
  await until(() => proxy.open === 0)
})

test('a delayed flow keeps bytes back for that long and in order', async () => {
  proxy.setFlow('toClient', { delay: 60, jitter: 40 })
  const client = await dial()
  const start = performance.now()
  for (const part of ['a', 'b', 'c']) {
    client.write(part)
    await until(() => serverSockets.length > 0)
  }
  await until(() => client.received === 'abc')
  expect(performance.now() - start).toBeGreaterThanOrEqual(79)
})

test('a sliced flow sends one byte at a time', async () => {
  proxy.setFlow('toClient', { slice: 1 })
  const client = await dial()
  client.write('one by one')
  await until(() => client.received === 'one by one')
  expect(client.chunks.length).toBeGreaterThan(5)
})

test('a held flow gives nothing away until it is healed, then everything in order', async () => {
  const client = await dial()
  client.write('a')
  await until(() => client.received === 'a')
  proxy.setFlow('toServer', { hold: true })
  client.write('b')
  client.write('c')
  const other = await dial()
  other.write('x')
  await expectNothing(() => client.received !== 'a' || other.received !== '')
  proxy.heal()
  await until(() => client.received === 'abc' && other.received === 'x')
})

test('across a held link no reset and no end is heard', async () => {
  const client = await dial()
  client.write('a')
  await until(() => client.received === 'a')
  proxy.setFlow('both', { hold: true })
  let hasEnded = false
  client.on('end', () => {
    hasEnded = true
  })
  serverSockets[0]?.end()
  await expectNothing(() => hasEnded)
  proxy.heal()
  await until(() => hasEnded)
})

test('open links can be held while later ones pass', async () => {
  const client = await dial()
  await until(() => proxy.open === 1)
  proxy.setFlowOfOpenLinks('both', { hold: true })
  const other = await dial()
  client.write('held')
  other.write('free')
  await until(() => other.received === 'free')
  expect(client.received).toBe('')
})

test('a link that lost bytes is reset when the fault ends, whoever ends it; others go on', async () => {
  const other = await dial()
  other.write('a')
  await until(() => other.received === 'a')
  const client = await dial()
  client.write('a')
  await until(() => client.received === 'a')
  proxy.setFlow('toServer', { swallow: true })
  client.write('lost')
  await until(() => client.bytesWritten === 5 && client.writableLength === 0)
  await expectNothing(() => client.received !== 'a')
  proxy.setFlow('both', { slice: 1 })
  await closed(client)
  expect(client.received).toBe('a')
  other.write('b')
  await until(() => other.received === 'ab')
})

test('a link is reset in the middle of a reply', async () => {
  proxy.setReplyFault(resetAfter(() => 3))
  const client = await dial()
  client.write('abcdef')
  await closed(client)
  expect('abc'.startsWith(client.received)).toBe(true)
  await until(() => serverSockets[0]?.destroyed === true)
})

test('a reply is cut off by an orderly end', async () => {
  proxy.setReplyFault(truncateAfter(() => 3))
  const client = await dial()
  client.write('abcdef')
  await once(client, 'end')
  expect(client.received).toBe('abc')
})

test('a link is reset in the middle of a request', async () => {
  proxy.setRequestFault(resetAfter(() => 3))
  const client = await dial()
  client.write('abcdef')
  await closed(client)
  expect('abc'.startsWith(client.received)).toBe(true)
  await until(() => serverSockets[0]?.destroyed === true)
})

test('garbage comes once, after a whole chunk', async () => {
  proxy.setReplyFault(garbageAfter(() => 2, Buffer.from('?')))
  const client = await dial()
  client.write('abc')
  await until(() => client.received === 'abc?')
  client.write('def')
  await until(() => client.received === 'abc?def')
})

test('replies are rewritten on open links, until healed', async () => {
  const client = await dial()
  await until(() => proxy.open === 1)
  proxy.setReplyFault(rewrite((text) => text.replaceAll('6379', '0000')))
  client.write('port 6379;')
  await until(() => client.received === 'port 0000;')
  proxy.heal()
  client.write('6379')
  await until(() => client.received === 'port 0000;6379')
})

test('a refusing proxy resets new connections and counts them', async () => {
  proxy.isRefusing = true
  const socket = connect(proxy.address)
  clients.push(socket)
  const [{ code }] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  expect(code).toBe('ECONNRESET')
  expect(proxy.accepted).toBe(1)
  expect(serverSockets).toHaveLength(0)
})

test('one seed draws the same numbers again', () => {
  const draw = (seed: number) => {
    const random = new Random(seed)
    return Array.from({ length: 5 }, () => random.between(1, 1000))
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

/** With ECONNRESET, or in order: Linux says so if the last bytes were not read before the RST came. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()))
}

/** Absence needs a while; long enough for a loopback round trip on a busy machine. */
async function expectNothing(hasHappened: () => boolean): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(hasHappened()).toBe(false)
}

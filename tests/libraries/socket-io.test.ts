import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { afterEach, expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()
type MakeAdapter = typeof createAdapter | typeof createShardedAdapter

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A Socket.IO server of its own process, as it were: its own clients, its own port. */
async function startServer(
  adapter: MakeAdapter = createAdapter,
): Promise<{ server: Server; url: string }> {
  const [publisher, subscriber] = await Promise.all([masters.client(), masters.client()])
  const http = createServer()
  const server = new Server(http, {
    adapter: adapter(publisher, subscriber),
    transports: ['polling'],
  })
  server.on('connection', (socket) => {
    socket.on('join', async (room: string, done: () => void) => {
      await socket.join(room)
      done()
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return { server, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

async function connect(url: string): Promise<Socket> {
  const socket = io(url, { transports: ['polling'], forceNew: true })
  closers.push(async () => socket.disconnect())
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return socket
}

function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve))
}

test.each([
  ['channels and patterns', createAdapter],
  // Channels of single rooms, the default, would be published to before their subscription is confirmed.
  [
    'shard channels',
    (...clients: Parameters<MakeAdapter>) =>
      createShardedAdapter(clients[0], clients[1], { subscriptionMode: 'static' }),
  ],
])('what one server emits reaches the sockets of the others, over %s', async (_over, adapter) => {
  const servers = await Promise.all([1, 2, 3].map(() => startServer(adapter)))
  const sockets = await Promise.all(servers.map(({ url }) => connect(url)))
  const [first, second, third] = sockets as [Socket, Socket, Socket]
  // Each server knows the others by their subscriptions, which take a moment.
  const count = () => servers[0]!.server.serverSideEmitWithAck('count').catch(() => [])
  for (const { server } of servers) server.on('count', (answer: (n: number) => void) => answer(1))
  await expect.poll(count, { timeout: 60_000 }).toEqual([1, 1])

  const everywhere = sockets.map((socket) => next(socket, 'all'))
  servers[1]!.server.emit('all', { text: 'hello', bytes: Buffer.from([0, 255]) })
  for (const message of await Promise.all(everywhere)) {
    expect(message).toMatchObject({ text: 'hello', bytes: Buffer.from([0, 255]) })
  }

  const rooms = Array.from({ length: 12 }, (_, i) => `room-${i}`)
  for (const room of rooms) {
    await new Promise<void>((resolve) => second.emit('join', room, resolve))
    const strangers: unknown[] = []
    first.on('news', (message) => strangers.push(message))
    const heard = next(second, 'news')
    servers[2]!.server.to(room).emit('news', room)
    expect(await heard).toBe(room)
    expect(strangers).toEqual([])
  }

  const inRoom = await servers[0]!.server.in('room-3').fetchSockets()
  expect(inRoom.map(({ id }) => id)).toEqual([second.id])
  const all = await servers[2]!.server.fetchSockets()
  expect(all.map(({ id }) => id).sort()).toEqual([first.id, second.id, third.id].sort())
  servers[0]!.server.in(second.id!).socketsLeave('room-3')
  await expect
    .poll(async () => (await servers[2]!.server.in('room-3').fetchSockets()).length, {
      timeout: 60_000,
    })
    .toBe(0)
})

test('servers go on hearing one another after a master crashed', async () => {
  const [one, other] = await Promise.all([startServer(), startServer()])
  const socket = await connect(one.url)
  for (const shard of ['shard-1', 'shard-2', 'shard-3']) await masters.fleet.waitForSync(shard)
  await masters.fleet.master('shard-1').kill()
  let heard = 0
  socket.on('again', () => heard++)
  // What is published while a subscription is not restored is lost, as in Redis at large.
  await expect
    .poll(
      () => {
        other.server.emit('again')
        return heard
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBeGreaterThan(0)
})

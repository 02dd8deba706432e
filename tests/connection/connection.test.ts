import { dial } from '@disredis/connection'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, expect, test } from 'vitest'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1 })
})

afterAll(() => fleet?.close())

test('a handshake asks for everything in one go, and requests are answered in order', async () => {
  const { address } = fleet.master('shard-1')
  const { connection, handshake } = await dial(address, {
    timeout: 2000,
    connectionName: 'test',
    db: 3,
    requests: [['ROLE'], ['NOSUCH']],
  })
  expect(handshake).toMatchObject({ server: 'redis', mode: 'standalone', version: '7.0.15' })
  expect(handshake.replies[0]).toEqual(['master', 0, []])
  expect(handshake.replies[1]).toMatchObject({ name: 'ReplyError' })
  const replies = await Promise.all([
    connection.request('SET', 'k', Buffer.from([0xff, 0])),
    connection.request('INCR', 'n'),
    connection.request('CLIENT', 'INFO'),
  ])
  expect(replies.slice(0, 2)).toEqual(['OK', 1])
  expect(replies[2]).toMatch(/name=test .* db=3 /)
  const pushes: unknown[] = []
  connection.listener = { onPush: (items) => pushes.push(String(items)) }
  await connection.subscribe('SUBSCRIBE', 'a', 'b')
  expect(await connection.request('PING')).toBe('PONG')
  expect(pushes).toEqual(['subscribe,a,1', 'subscribe,b,2'])
  const closed = new Promise((resolve) => {
    connection.listener = { onClose: resolve }
  })
  const late = expect(connection.request('GET', 'k')).rejects.toMatchObject({
    code: 'DISREDIS_CONNECTION_LOST',
  })
  connection.destroy()
  await Promise.all([closed, late])
})

import { systemRuntime } from '@disredis/connection'
import { expect, test } from 'vitest'
import { dialWith, greeting, role, ScriptedServer } from '../../test-support/scripted-server.js'
import { WriteBatch } from './write-batch.js'

const dial = dialWith(systemRuntime)
const batch = () => new WriteBatch(systemRuntime)
const { signal } = new AbortController()

test.each([
  ['a length that is none', `$zz\r\n${greeting}`],
  ['what begins no reply', `HTTP/1.1 400 Bad Request\r\n\r\n${greeting}`],
  ['one reply too many', `${greeting}${role}+PONG\r\n+OK\r\n`],
  ['nothing at all once more', `${greeting}${role}+PONG\r\n_\r\n`],
])('a handshake is refused in which the server says %s', async (_, bytes) => {
  await using server = await ScriptedServer.start(() => bytes)
  await expect(dial(server.address, batch(), signal)).rejects.toMatchObject({
    code: 'DISREDIS_CONNECTION',
    retryable: true,
  })
})

test('a server that does not know HELLO is refused, with what it takes', async () => {
  await using server = await ScriptedServer.start(
    () => `-ERR unknown command 'HELLO'\r\n${role}+PONG\r\n`,
  )
  await expect(dial(server.address, batch(), signal)).rejects.toThrow(/HELLO.*Redis 6\.2/u)
})

test.each([
  ['+PONG', false],
  ['-LOADING Redis is loading the dataset in memory', true],
  ["-NOPERM this user has no permissions to run the 'ping' command", false],
])('a master that says %s to PING loads its data: %s', async (answer, isLoading) => {
  await using server = await ScriptedServer.start((request) =>
    /hello/i.test(request) ? `${greeting}${role}${answer}\r\n` : `${role}${answer}\r\n`,
  )
  const connection = await dial(server.address, batch(), signal)
  const expected = { isMaster: true, isLoading, offset: 7 }
  // Once from the handshake, once asked for.
  await expect(connection.role(signal, 2_000)).resolves.toMatchObject(expected)
  await expect(connection.role(signal, 2_000)).resolves.toMatchObject(expected)
  connection.destroy()
})

test('a refused ROLE fails the question for it', async () => {
  await using server = await ScriptedServer.start(
    () => `${greeting}-NOPERM no permissions to run 'role'\r\n+PONG\r\n`,
  )
  const connection = await dial(server.address, batch(), signal)
  await expect(connection.role(signal, 2_000)).rejects.toMatchObject({
    code: 'DISREDIS_AUTHENTICATION',
  })
})

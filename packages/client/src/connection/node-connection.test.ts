import { systemRuntime } from '@disredis/connection'
import { expect, test, vi } from 'vitest'
import { dialWith, greeting, role, ScriptedServer } from '../../test-support/scripted-server.js'
import { testCommand } from '../../test-support/test-command.js'
import type { Command } from '../commands/command.js'
import { WriteBatch } from './write-batch.js'

/** A connection whose clock moves, and whose turns of the event loop end, when the test says so. */
async function connect() {
  const server = await ScriptedServer.start((request) =>
    request.includes('HELLO') ? `${greeting}${role}+PONG\r\n` : '+OK\r\n',
  )
  let now = 0
  const ends: (() => void)[] = []
  const runtime = {
    ...systemRuntime,
    now: () => now,
    afterIo: (end: () => void) => {
      ends.push(end)
    },
  }
  const batch = new WriteBatch({ ...systemRuntime, now: runtime.now })
  const { signal } = new AbortController()
  const connection = await dialWith(runtime)(server.address, batch, signal)
  return {
    connection,
    send(name: string, args: string[]): Command {
      const command = testCommand(name, args)
      command.writeTo(connection.wire, connection)
      return command
    },
    stall(ms: number) {
      now += ms
    },
    /** The reply was read: its turn of the event loop is to end. */
    read: () => vi.waitFor(() => expect(ends).toHaveLength(1), { timeout: 60_000, interval: 5 }),
    endTurn() {
      for (const end of ends.splice(0)) end()
    },
    async [Symbol.asyncDispose]() {
      connection.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('a reply to a write that comes after a pause is given when two turns of the event loop have ended', async () => {
  await using it = await connect()
  const command = it.send('set', ['k', 'v'])
  it.stall(700)
  await it.read()
  expect(command.isSettled).toBe(false)
  it.endTurn()
  expect(command.isSettled).toBe(false)
  it.endTurn()
  await expect(command.promise).resolves.toBe('OK')
})

test('what was read after a pause is of a master that is being replaced, if that is heard before the turn ends', async () => {
  await using it = await connect()
  const command = it.send('set', ['k', 'v'])
  it.stall(700)
  await it.read()
  const held: Command[] = []
  it.connection.replyHold = { hold: (one) => held.push(one) }
  expect(held).toEqual([command])
  it.endTurn()
  it.endTurn()
  expect(command.isSettled).toBe(false)
  command.accept('OK')
  await command.promise
})

test('replies keep their order: what comes behind a held one waits for it', async () => {
  await using it = await connect()
  const first = it.send('set', ['k', '1'])
  it.stall(700)
  await it.read()
  const second = it.send('set', ['k', '2'])
  await vi.waitFor(() => expect(it.connection.inFlight).toBe(0), { timeout: 60_000, interval: 5 })
  expect([first.isSettled, second.isSettled]).toEqual([false, false])
  it.endTurn()
  it.endTurn()
  await expect(Promise.all([first.promise, second.promise])).resolves.toEqual(['OK', 'OK'])
})

test.each([
  ['a read', 'get', 700],
  ['a write that is answered in time', 'set', 0],
])('the reply to %s is given at once', async (_, name, pause) => {
  await using it = await connect()
  const command = it.send(name, name === 'get' ? ['k'] : ['k', 'v'])
  it.stall(pause)
  await expect(command.promise).resolves.toBe('OK')
})

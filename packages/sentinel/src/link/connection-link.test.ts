import { EventEmitter } from 'node:events'
import { type ByteStream, ReplyError, systemRuntime } from '@disredis/connection'
import { expect, test } from 'vitest'
import { eventChannels } from '../protocol/event-channels.js'
import { createDialer } from './connection-link.js'

const address = Object.freeze({ host: 'sentinel.example', port: 26379 })

/** A network of one stream, in memory. */
class Wire extends EventEmitter implements ByteStream {
  readonly writes: string[] = []
  readonly writableLength = 0
  readonly writable = true
  destroyed = false
  #corked: string[] | undefined

  write(chunk: string | Uint8Array): boolean {
    const text = Buffer.from(chunk).toString()
    if (this.#corked === undefined) this.writes.push(text)
    else this.#corked.push(text)
    return true
  }

  cork(): void {
    this.#corked = []
  }

  uncork(): void {
    this.writes.push((this.#corked ?? []).join(''))
    this.#corked = undefined
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    setImmediate(() => this.emit('close'))
  }

  say(text: string): void {
    this.emit('data', Buffer.from(text))
  }
}

function open(options: { readonly username?: string; readonly password?: string } = {}) {
  const wire = new Wire()
  const calls: unknown[] = []
  const ready = new EventEmitter()
  const dial = createDialer({
    connectionName: 'me',
    runtime: systemRuntime,
    openSocket: () => wire,
    ...options,
  })
  const link = dial(address, {
    onReady: () => {
      calls.push('ready')
      ready.emit('ready')
    },
    onMessage: (...message) => calls.push(message),
    onClosed: (error) => {
      calls.push(error)
      ready.emit('closed')
    },
  })
  return { wire, link, calls, ready }
}

const next = () => new Promise(setImmediate)
const hello = '%1\r\n$5\r\nproto\r\n:3\r\n'
const confirmations = eventChannels
  .map((name, i) => `>3\r\n$9\r\nsubscribe\r\n$${name.length}\r\n${name}\r\n:${i + 1}\r\n`)
  .join('')
const message = (channel: string, payload: string) =>
  `>3\r\n$7\r\nmessage\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n${payload}\r\n`

/** An open link, after its greeting. */
async function greeted() {
  const it = open()
  it.wire.emit('connect')
  await next()
  it.wire.say(hello + confirmations)
  await next()
  expect(it.calls).toEqual(['ready'])
  return it
}

test('login, name and every subscription leave in one write', async () => {
  const { wire, link, calls } = open({ username: 'user', password: 'pass' })
  await next()
  expect(wire.writes).toEqual([])
  expect(link.waitsFor).toBe('a connection')
  wire.emit('connect')
  await next()
  expect(link.waitsFor).toBe('an answer to HELLO and SUBSCRIBE')
  expect(wire.writes).toHaveLength(1)
  const words = wire.writes[0]!.split('\r\n').filter((line) => line && !/^[$*]\d+$/.test(line))
  expect(words).toEqual([
    ...['HELLO', '3', 'AUTH', 'user', 'pass', 'SETNAME', 'me'],
    ...['SUBSCRIBE', ...eventChannels],
  ])
  expect(calls).toEqual([])
  wire.say(hello + confirmations)
  await next()
  expect(calls).toEqual(['ready'])
  expect(link.waitsFor).toBeUndefined()
  await link.close()
})

test('questions leave in one write, and a refusal is an answer', async () => {
  const { wire, link } = await greeted()
  wire.writes.length = 0
  const replies = link.request([['ROLE'], ['SENTINEL', 'MYID'], ['SENTINEL', 'MASTERS']])
  await next()
  expect(wire.writes).toHaveLength(1)
  wire.say("*1\r\n+sentinel\r\n-ERR unknown command, with args beginning with: 'x'\r\n*0\r\n")
  expect(await replies).toEqual([['sentinel'], new ReplyError('ERR unknown command'), []])
  await link.close()
})

test('messages are told as they come, also within an answer that is awaited', async () => {
  const { wire, link, calls } = await greeted()
  const reply = link.request([['SENTINEL', 'MYID']])
  wire.say(`${message('+switch-master', 'a 1 2 3 4')}+id\r\n`)
  expect(await reply).toEqual(['id'])
  expect(calls).toEqual(['ready', ['+switch-master', 'a 1 2 3 4']])
  await link.close()
})

test('closing ends in silence, when the socket is gone, however far it had come', async () => {
  for (const advance of [
    () => undefined,
    (wire: Wire) => wire.emit('connect'),
    (wire: Wire) => {
      wire.emit('connect')
      wire.say(hello + confirmations)
    },
  ]) {
    const { wire, link, calls } = open()
    advance(wire)
    const closing = link.close()
    let isGone = false
    wire.on('close', () => {
      isGone = true
    })
    await closing
    expect(isGone).toBe(true)
    await next()
    expect(calls).toEqual([])
  }
})

test.each([
  ['a line without an end', '+', 'x'.repeat(1024)],
  ['an array of everything', '*1000000000\r\n', ''],
  ['a string of everything', '$1000000000\r\n', ''],
])('%s closes the link with a typed error and little memory', async (_, begin, more) => {
  const { wire, link, calls } = await greeted()
  const reply = link.request([['SENTINEL', 'MASTERS']])
  const outcome = expect(reply).rejects.toThrow('the limit')
  wire.say(begin)
  for (let i = 0; i < 100 && !wire.destroyed; i++) wire.say(more)
  expect(wire.destroyed).toBe(true)
  await outcome
  expect(calls).toEqual([
    'ready',
    expect.objectContaining({
      code: 'DISREDIS_SENTINEL_REPLY',
      message: expect.stringContaining('does not speak RESP3: The server sent'),
    }),
  ])
  await link.close()
})

test('requests fail when the other side closes the connection, after the link was told', async () => {
  const { wire, link, calls } = await greeted()
  const order: string[] = []
  const reply = link.request([['ROLE']]).catch(() => order.push('request'))
  await next()
  wire.on('close', () => order.push(`told: ${calls.length}`))
  wire.destroy()
  await reply
  expect(order).toEqual(['told: 2', 'request'])
})

import { once } from 'node:events'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { FakeStream } from '../test/fake-stream.js'
import { Connection, type ConnectionOptions } from './connection.js'
import type { Argument } from './encode-request.js'
import { ConnectionLostError, ReplyError } from './errors.js'
import type { PendingReply } from './pending-reply.js'
import { type Runtime, systemRuntime } from './runtime.js'

const address = { host: '10.0.0.1', port: 6379 }

function connect(options: Partial<ConnectionOptions> = {}) {
  const stream = new FakeStream()
  const connection = new Connection(address, stream, { runtime: systemRuntime, ...options })
  return { stream, connection }
}

/** A batch that leaves when the test says so. */
function createBatch() {
  const members: { flush(): void }[] = []
  const batch = {
    time: 0,
    now: () => batch.time,
    join: (it: { flush(): void }) => void members.push(it),
  }
  return {
    batch,
    members,
    flush: () => {
      for (const it of members.splice(0)) it.flush()
    },
  }
}

function pending(told: string[], name: string, more: Partial<PendingReply> = {}): PendingReply {
  return {
    wantsText: true,
    onReply: (reply) => told.push(`${name}: ${reply}`),
    onError: (error) => told.push(`${name}: ${error.message}`),
    ...more,
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))
const lost = 'The connection to 10.0.0.1:6379 was lost'

describe('requests', () => {
  test('of one tick leave in one write, in order, and are answered in order', async () => {
    const { stream, connection } = connect()
    const replies = Promise.all([connection.request('GET', 'a'), connection.request('GET', 'b')])
    expect(stream.written).toEqual([])
    await tick()
    expect(stream.written).toEqual(['*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n'])
    expect(connection.inFlight).toBe(2)
    stream.receive('$1\r\n1\r\n$-1\r\n')
    expect(await replies).toEqual(['1', null])
    expect(connection.inFlight).toBe(0)
  })

  test('with bytes and text leave in their order, in one go', () => {
    const { batch, flush, members } = createBatch()
    const { stream, connection } = connect({ batch })
    for (const arg of ['a', Buffer.from([0xff]), 'b', 'c']) {
      connection.send('X', [arg], pending([], 'x'))
    }
    expect(members).toHaveLength(1)
    flush()
    expect(stream.corks).toBe(1)
    const request = (arg: string) => `*2\r\n$1\r\nX\r\n$1\r\n${arg}\r\n`
    expect(stream.written.join('')).toBe(['a', '\xff', 'b', 'c'].map(request).join(''))
  })

  test('of many bytes leave before the end of the batch, and are joined to it once', () => {
    const { batch, flush, members } = createBatch()
    const { stream, connection } = connect({ batch })
    const first = connection.send('SET', ['k', 'x'.repeat(70_000)], pending([], '1'))
    const second = connection.send('GET', ['k'], pending([], '2'))
    expect(stream.written).toHaveLength(1)
    expect([connection.hasLeft(first), connection.hasLeft(second)]).toEqual([true, false])
    expect(members).toHaveLength(1)
    flush()
    expect(stream.written).toHaveLength(2)
    expect(connection.hasLeft(second)).toBe(true)
  })

  test('with an argument that is neither text nor bytes is refused, untold, and shifts no reply', async () => {
    const { stream, connection } = connect()
    const first = connection.request('GET', 'a')
    for (const wrong of [123456, null, undefined, {}, [1], new ArrayBuffer(3), true]) {
      const refused = connection.request('SET', 'k', wrong as unknown as Argument)
      const error = await refused.catch((it) => it)
      expect(error).toBeInstanceOf(TypeError)
      expect(inspect(error)).not.toContain('123456')
    }
    const second = connection.request('GET', 'b')
    await tick()
    stream.receive('+A\r\n+B\r\n')
    expect(await Promise.all([first, second])).toEqual(['A', 'B'])
  })

  test('bytes that the caller changes afterwards leave as they were', () => {
    const { batch, flush } = createBatch()
    const { stream, connection } = connect({ batch })
    const bytes = Buffer.from('before')
    connection.send('SET', ['k', bytes], pending([], '1'))
    bytes.write('behind')
    flush()
    expect(stream.written.join('')).toContain('before')
  })

  test('an error reply fails its own request and repeats no arguments', async () => {
    const { stream, connection } = connect()
    const answers = Promise.allSettled([
      connection.request('NOSUCH', 'secret'),
      connection.request('PING'),
    ])
    await tick()
    stream.receive(
      "-ERR unknown command 'NOSUCH', with args beginning with: 'secret' \r\n+PONG\r\n",
    )
    const [refused, pong] = await answers
    expect(refused).toMatchObject({ reason: new ReplyError("ERR unknown command 'NOSUCH'") })
    expect(inspect(refused)).not.toContain('secret')
    expect(pong).toMatchObject({ value: 'PONG' })
  })

  test('tell since when the oldest waits: from the request on, then from the last bytes on', () => {
    const { batch, flush } = createBatch()
    const { stream, connection } = connect({ batch })
    batch.time = 10
    connection.send('GET', ['a'], pending([], '1'))
    batch.time = 20
    connection.send('GET', ['b'], pending([], '2'))
    flush()
    expect(connection.waitingSince).toBe(10)
    batch.time = 30
    stream.receive('+A\r\n$5\r\n')
    expect([connection.waitingSince, connection.inFlight]).toEqual([30, 1])
  })
})

describe('pushes', () => {
  const push = (...items: (string | number)[]) =>
    `>${items.length}\r\n${items.map((it) => (typeof it === 'number' ? `:${it}` : `+${it}`)).join('\r\n')}\r\n`

  test('confirm SUBSCRIBE once for each name, and replies go on behind it', async () => {
    const { stream, connection } = connect()
    const told: string[] = []
    connection.listener = { onPush: (items) => told.push(items.join(' ')) }
    const subscribed = connection
      .subscribe('SUBSCRIBE', 'a', 'b')
      .then(() => told.push('subscribed'))
    const pong = connection.request('PING')
    await tick()
    stream.receive(
      push('message', 'z', 'early') + push('subscribe', 'a', 1) + push('message', 'a', 'x'),
    )
    await tick()
    expect(told).toEqual(['message z early', 'subscribe a 1', 'message a x'])
    stream.receive(`${push('subscribe', 'b', 2)}+PONG\r\n`)
    expect(await pong).toBe('PONG')
    await subscribed
    expect(told.slice(3)).toEqual(['subscribe b 2', 'subscribed'])
  })

  test('that end a subscription unasked confirm nothing', async () => {
    const { stream, connection } = connect()
    const told: string[] = []
    void connection.subscribe('ssubscribe', 'a').then(() => told.push('subscribed'))
    await tick()
    stream.receive(
      push('sunsubscribe', 'other', 0) + push('subscribe', 'other', 0) + push('invalidate'),
    )
    await tick()
    expect(told).toEqual([])
    stream.receive(push('ssubscribe', 'a', 1))
    await tick()
    expect(told).toEqual(['subscribed'])
  })

  test('a refusal between confirmations settles its request, and the next starts anew', async () => {
    const { stream, connection } = connect()
    const first = connection.subscribe('SUBSCRIBE', 'a', 'b')
    const second = connection.subscribe('SUBSCRIBE', 'c', 'd').then(() => 'done')
    await tick()
    stream.receive(`${push('subscribe', 'a', 1)}-NOPERM no\r\n${push('subscribe', 'c', 2)}`)
    await expect(first).rejects.toEqual(new ReplyError('NOPERM no'))
    expect(connection.inFlight).toBe(1)
    stream.receive(push('subscribe', 'd', 3))
    expect(await second).toBe('done')
  })

  test('a subscription of nothing is refused before it is sent', async () => {
    const { stream, connection } = connect()
    await expect(connection.subscribe('UNSUBSCRIBE')).rejects.toThrow(RangeError)
    await tick()
    expect([stream.written, connection.inFlight]).toEqual([[], 0])
  })

  test("an error of the listener is the program's own, and the chunk is read on", async () => {
    const errors: unknown[] = []
    const runtime: Runtime = {
      ...systemRuntime,
      nextTick: (callback) =>
        systemRuntime.nextTick(() => {
          try {
            callback()
          } catch (error) {
            errors.push(error)
          }
        }),
    }
    const { stream, connection } = connect({ runtime })
    connection.listener = {
      onPush: () => {
        throw new Error('of the program')
      },
    }
    const pong = connection.request('PING')
    await tick()
    stream.receive(`${push('message', 'a', 'x')}+PONG\r\n`)
    expect(await pong).toBe('PONG')
    await tick()
    expect(errors).toEqual([new Error('of the program')])
  })
})

describe('the end', () => {
  test('fails what is pending in order, then tells the listener once; what had not left was not executed', async () => {
    const { batch, flush } = createBatch()
    const { stream, connection } = connect({ batch })
    const errors: unknown[] = []
    const closed = new Promise((resolve) => {
      connection.listener = { onClose: resolve }
    })
    const send = (name: string) =>
      connection.send(name, [], pending([], name, { onError: (it) => errors.push(it) }))
    send('A')
    send('B')
    flush()
    send('C')
    stream.receive('+A\r\n')
    stream.destroy(new Error('read ECONNRESET'))
    const error = await closed
    expect(errors).toEqual([error, expect.any(ConnectionLostError)])
    expect(errors).toMatchObject([
      { message: `${lost}: read ECONNRESET.`, mayHaveExecuted: true, retryable: true },
      { message: `${lost}: read ECONNRESET.`, mayHaveExecuted: false, retryable: true },
    ])
    expect(error).toMatchObject({ cause: new Error('read ECONNRESET'), address: '10.0.0.1:6379' })
    stream.emit('close')
    expect(errors).toHaveLength(2)
    expect(connection.inFlight).toBe(0)
  })

  test('a request behind it fails in the next tick, and never leaves', async () => {
    const { stream, connection } = connect()
    connection.destroy()
    await once(stream, 'close')
    expect(connection.isClosed).toBe(true)
    const told: string[] = []
    const position = connection.send('GET', ['a'], pending(told, 'late'))
    expect([told, connection.hasLeft(position)]).toEqual([[], false])
    await tick()
    expect(told).toEqual([`late: ${lost}.`])
    await expect(connection.request('GET', 'a')).rejects.toMatchObject({ mayHaveExecuted: false })
    expect(stream.written).toEqual([])
  })

  test('destroy drops what was gathered', async () => {
    const { stream, connection } = connect()
    const get = connection.request('GET', 'a')
    connection.destroy()
    await expect(get).rejects.toMatchObject({ message: `${lost}.`, mayHaveExecuted: false })
    expect(stream.written).toEqual([])
  })

  test('FIN of the other side ends it, and nothing is written behind it', async () => {
    const { stream, connection } = connect()
    const left = connection.request('GET', 'a')
    await tick()
    const gathered = connection.request('GET', 'b')
    stream.writable = false
    stream.emit('end')
    expect(await Promise.allSettled([left, gathered])).toMatchObject([
      { reason: { mayHaveExecuted: true } },
      { reason: { mayHaveExecuted: false } },
    ])
    expect(connection.failure).toBeUndefined()
    expect(stream.written).toHaveLength(1)
    expect(stream.destroyed).toBe(true)
  })

  test('a reply that answers nothing ends it: a later one could be given to another', async () => {
    for (const surplus of ['+OK\r\n', '_\r\n', '-ERR no\r\n', '*-1\r\n', '*0\r\n', '$-1\r\n']) {
      const { stream, connection } = connect()
      const get = connection.request('GET', 'a')
      await tick()
      stream.receive(`+A\r\n${surplus}`)
      expect(await get).toBe('A')
      const late = connection.request('GET', 'b')
      // A stream may still hand out what it had.
      stream.receive('+OF A\r\n')
      await expect(late).rejects.toMatchObject({ cause: { code: 'DISREDIS_PROTOCOL' } })
      expect(connection.failure).toMatchObject({
        message: expect.stringContaining('a reply to no request'),
      })
    }
  })

  test('replies before what is not RESP3 are given, those behind it never', async () => {
    const { stream, connection } = connect()
    const answers = Promise.allSettled([1, 2, 3].map(() => connection.request('GET', 'a')))
    await tick()
    stream.receive('+1\r\n$2\r\nabc\r\n+3\r\n')
    stream.receive('+4\r\n')
    const [first, ...others] = await answers
    expect(first).toMatchObject({ value: '1' })
    for (const it of others) {
      expect(it).toMatchObject({
        reason: { code: 'DISREDIS_CONNECTION_LOST', mayHaveExecuted: true },
      })
    }
  })

  test('a waiter that throws keeps no other waiting', async () => {
    const thrown: unknown[] = []
    const runtime: Runtime = {
      ...systemRuntime,
      nextTick: (callback) => {
        try {
          callback()
        } catch (error) {
          thrown.push(error)
        }
      },
    }
    const { batch } = createBatch()
    const { connection } = connect({ runtime, batch })
    const told: string[] = []
    const onError = () => {
      throw new Error('of the program')
    }
    connection.send('A', [], pending(told, 'a', { onError }))
    connection.send('B', [], pending(told, 'b'))
    connection.listener = { onClose: () => told.push('closed') }
    connection.destroy()
    await tick()
    expect(told).toEqual([`b: ${lost}.`, 'closed'])
    expect(thrown).toEqual([new Error('of the program')])
  })
})

test('more than 1 MiB unsent congests it until the stream has drained', () => {
  const { batch, flush } = createBatch()
  const { stream, connection } = connect({ batch })
  const told: boolean[] = []
  connection.listener = { onCongestion: () => told.push(connection.isCongested) }
  for (let round = 1; round <= 2; round++) {
    stream.writableLength = 1024 * 1024
    connection.send('GET', ['a'], pending([], '1'))
    flush()
    connection.send('GET', ['a'], pending([], '1'))
    flush()
    expect([told.length, connection.isWritable]).toEqual([2 * round - 1, false])
    stream.writableLength = 0
    stream.emit('drain')
    expect(told).toEqual(Array(round).fill([true, false]).flat())
    expect(connection.isWritable).toBe(true)
    expect(stream.listenerCount('drain')).toBe(0)
  }
})

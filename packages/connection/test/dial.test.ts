import { createConnection, type Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  type Connection,
  DialError,
  type DialOptions,
  type DialStage,
  dial,
  type Runtime,
  systemRuntime,
} from '../src/index.js'
import { hello, saying, serve } from './serve.js'

/** ms: far more than any of these takes, and ended by no test but those of timeouts. */
const timeout = 60_000

/** Why a dial fails; it must not succeed, and must leave nothing open at the server. */
async function refusalOf(
  onConnection: (socket: Socket) => void,
  options: Partial<DialOptions> = {},
): Promise<DialError> {
  await using server = await serve(onConnection)
  const error = await dial(server.address, { timeout, ...options }).then(
    () => undefined,
    (it) => it,
  )
  expect(error).toBeInstanceOf(DialError)
  expect(error.address).toBe(`127.0.0.1:${server.address.port}`)
  await server.left()
  return error
}

describe('a dial is refused, with nothing left open, by a server that says', () => {
  test.each([
    ['a length that is none', `$zz\r\n${hello}`],
    ['what begins no reply', `HTTP/1.1 400 Bad Request\r\n\r\n${hello}+OK\r\n`],
    ['what TLS begins with', '\x15\x03\x03\x00\x02\x02\x46'],
    ['one reply too many', `${hello}+OK\r\n`],
    ['nothing at all once more', `${hello}_\r\n`],
    ['an error once more', `${hello}-ERR no\r\n`],
    ['garbage behind the handshake', `${hello}garbage`],
    ['an array of more than fits', '*33000000\r\n'.repeat(40)],
    ['a map of more than fits', '%33000000\r\n'.repeat(40)],
    ['a string of more than is allowed', '$536870913\r\n'],
    ['arrays in arrays without end', '*1\r\n'.repeat(1000)],
    ['attributes in attributes without end', '|1\r\n'.repeat(1000)],
    ['a push in a reply', '%7\r\n>1\r\n+a\r\n'],
    ['a line of more than is allowed', `+${'x'.repeat(1024 * 1024 + 2)}`],
  ])('%s', async (_, bytes) => {
    expect(await refusalOf(saying(bytes))).toMatchObject({
      stage: 'handshake',
      isTimeout: false,
      retryable: true,
      cause: { code: 'DISREDIS_PROTOCOL' },
    })
  })

  test.each([
    [
      'that HELLO is unknown',
      "-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'me' 'secret' \r\n",
    ],
    [
      'so in the words of Redis 5',
      '-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `me`, `secret`, \r\n',
    ],
    ['that it has RESP2 only', '-NOPROTO unsupported protocol version\r\n'],
    ['the fields of RESP2', '*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:2\r\n'],
    ['OK to everything', '+OK\r\n'],
  ])('%s: Redis 6.2 or newer is needed', async (_, bytes) => {
    const error = await refusalOf(saying(bytes), { username: 'me', password: 'secret' })
    expect(error.message).toContain('Redis 6.2 or newer, or Valkey, is needed')
    expect(error).toMatchObject({ stage: 'handshake', cause: { name: 'ReplyError' } })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  test.each([
    ['WRONGPASS invalid username-password pair or user is disabled.'],
    ['ERR max number of clients reached'],
    ['DENIED Redis is running in protected mode'],
  ])('%s, and nothing more: without waiting for the rest', async (refusal) => {
    const error = await refusalOf(saying(`-${refusal}\r\n`), {
      db: 1,
      requests: [['ROLE']],
      channels: ['a'],
    })
    expect(error).toMatchObject({
      message: expect.stringMatching(new RegExp(`^Cannot connect to .*: ${refusal}$`)),
      cause: { name: 'ReplyError', message: refusal },
    })
  })
})

describe('a server that closes', () => {
  const closings: [string, (socket: Socket) => void][] = [
    ['at once', (socket) => socket.end()],
    ['with a reset', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['when it is asked', (socket) => socket.once('data', () => socket.end())],
    [
      'in the middle of its answer',
      (socket) => socket.once('data', () => socket.end('%7\r\n$6\r\nser')),
    ],
    ['before the last answer', (socket) => socket.once('data', () => socket.end(hello))],
    [
      'its writing side only',
      (socket) => {
        socket.on('data', () => {})
        socket.end()
      },
    ],
  ]
  test.each(closings)('%s fails the dial with the stage', async (_, onConnection) => {
    const error = await refusalOf(onConnection, { requests: [['ROLE']] })
    expect(error).toMatchObject({ stage: 'handshake', isTimeout: false, retryable: true })
    expect(error.message).toMatch(/it closed the connection|ECONNRESET|EPIPE/)
  })

  test('one that does not listen fails it in the first stage', async () => {
    const { address } = await serve(() => {}).then(async (server) => {
      await server[Symbol.asyncDispose]()
      return server
    })
    const refused = dial(address, { timeout })
    await expect(refused).rejects.toMatchObject({
      stage: 'connect',
      cause: { code: 'ECONNREFUSED' },
    })
  })

  test('a host of several addresses tells what each of them said', async () => {
    await using server = await serve(() => {})
    const { port } = server.address
    await server[Symbol.asyncDispose]()
    const lookup: DialOptions['lookup'] = (_host, _options, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ])
    const error = await dial({ host: 'both', port }, { timeout, lookup }).catch((it) => it)
    expect(error.message).toMatch(/ECONNREFUSED 127\.0\.0\.1:\d+, connect E\w+ ::1/)
  })

  test('a host that is not found, or a port that is none, fails it in the first stage', async () => {
    const lookup: DialOptions['lookup'] = (host, _options, callback) =>
      callback(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }),
        '',
        4,
      )
    await expect(dial({ host: 'nowhere', port: 1 }, { timeout, lookup })).rejects.toMatchObject({
      stage: 'connect',
      message: 'Cannot connect to nowhere:1: getaddrinfo ENOTFOUND nowhere',
    })
    await expect(dial({ host: '127.0.0.1', port: 99999 }, { timeout })).rejects.toMatchObject({
      code: 'DISREDIS_DIAL',
      stage: 'connect',
    })
  })
})

describe('time', () => {
  test.each<[string, DialStage, (socket: Socket) => void, Partial<DialOptions>]>([
    ['says nothing', 'handshake', () => {}, {}],
    ['says nothing to TLS', 'tls', () => {}, { tls: {} }],
    [
      'says a byte now and then',
      'handshake',
      (socket) => {
        let at = 0
        const timer = setInterval(() => socket.write(hello[at++]!), 5)
        socket.on('close', () => clearInterval(timer))
      },
      {},
    ],
    [
      'says attributes without end',
      'handshake',
      (socket) => {
        const timer = setInterval(() => socket.write('|1\r\n+a\r\n+b\r\n'), 5)
        socket.on('close', () => clearInterval(timer))
      },
      {},
    ],
    ['answers HELLO only', 'handshake', saying(hello), { requests: [['ROLE']] }],
  ])('is over for a server that %s: stage %s', async (_, stage, onConnection, options) => {
    const error = await refusalOf(onConnection, { timeout: 150, ...options })
    expect(error).toMatchObject({ stage, isTimeout: true })
    expect(error.cause).toBeUndefined()
    expect(error.message).toContain('within 150 ms')
  })

  test('is over where nobody accepts', async () => {
    const openSocket: DialOptions['openSocket'] = () => {
      const lookup = () => {}
      return createConnection({ host: 'never-found', port: 1, lookup })
    }
    const late = dial({ host: 'h', port: 1 }, { timeout: 50, openSocket })
    await expect(late).rejects.toMatchObject({ stage: 'connect', isTimeout: true })
  })

  test('is over only when the answers that wait in the socket were read', async () => {
    await using server = await serve(saying(hello))
    const verdicts: (() => void)[] = []
    // The process stands still from the start of each timer to its end.
    const runtime: Runtime = {
      ...systemRuntime,
      setTimer: (callback) => {
        const handle = setImmediate(callback)
        return { cancel: () => clearImmediate(handle) }
      },
      afterIo: (callback) => void verdicts.push(callback),
    }
    const { connection } = await dial(server.address, { timeout: 1, runtime })
    expect(verdicts.length).toBeGreaterThan(0)
    for (const verdict of verdicts) verdict()
    expect(connection.isDestroyed).toBe(false)
    connection.destroy()
  })

  test('that a timer cannot count is refused', async () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      await expect(dial({ host: 'h', port: 1 }, { timeout: wrong })).rejects.toThrow('`timeout`')
    }
  })
})

describe('an abort', () => {
  const reason = new Error('the failover is over')

  test('before the dial opens nothing', async () => {
    const openSocket = () => {
      throw new Error('opened')
    }
    const signal = AbortSignal.abort(reason)
    const given = dial({ host: 'h', port: 1 }, { timeout, signal, openSocket })
    await expect(given).rejects.toMatchObject({ stage: 'connect', cause: reason, isTimeout: false })
  })

  test.each<[DialStage, Partial<DialOptions>]>([
    ['connect', {}],
    ['tls', { tls: {} }],
    ['handshake', {}],
  ])('in the stage %s gives it up at once, and leaves no listener', async (stage, options) => {
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: unknown[]) => {
      listeners++
      addEventListener.apply(signal, args as never)
    }
    signal.removeEventListener = (...args: unknown[]) => {
      listeners--
      removeEventListener.apply(signal, args as never)
    }
    const onStage = (at: DialStage) => {
      if (at === stage) controller.abort(reason)
    }
    const error = await refusalOf(() => {}, { signal, onStage, ...options })
    expect(error).toMatchObject({ stage, cause: reason, isTimeout: false })
    expect(error.message).toContain('no longer needed')
    expect(listeners).toBe(0)
  })

  test('while the server is silent gives it up', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const error = await refusalOf((socket) => socket.on('data', () => controller.abort(reason)), {
      signal,
    })
    expect(error).toMatchObject({ stage: 'handshake', cause: reason })
  })

  test('after the dial changes nothing', async () => {
    await using server = await serve(saying(hello))
    const controller = new AbortController()
    const { connection } = await dial(server.address, { timeout, signal: controller.signal })
    controller.abort()
    expect(connection.isDestroyed).toBe(false)
    connection.destroy()
  })
})

describe('the handshake', () => {
  test('leaves in one packet, and its answers may come in any pieces', async () => {
    const received: string[] = []
    await using server = await serve((socket) => {
      socket.once('data', async (chunk) => {
        received.push(chunk.toString())
        for (const byte of `${hello}+OK\r\n-ERR no ROLE here\r\n>3\r\n+subscribe\r\n+c\r\n:1\r\n`) {
          socket.write(byte)
          await new Promise((resolve) => setImmediate(resolve))
        }
      })
    })
    const pushes: string[] = []
    const { connection, handshake } = await dial(server.address, {
      timeout,
      username: 'u',
      password: 'p',
      connectionName: 'n',
      db: 3,
      requests: [['ROLE']],
      channels: ['c'],
      listener: { onPush: (items) => pushes.push(items.join(' ')) },
    })
    connection.destroy()
    expect(
      received
        .join('')
        .split('\r\n')
        .filter((it) => /^\w/.test(it))
        .join(' '),
    ).toBe('HELLO 3 AUTH u p SETNAME n SELECT 3 ROLE SUBSCRIBE c')
    expect(handshake).toEqual({
      roundTrip: expect.any(Number),
      server: 'redis',
      version: '7.2.4',
      id: 9,
      mode: 'standalone',
      replies: [expect.objectContaining({ message: 'ERR no ROLE here' })],
    })
    expect(pushes).toEqual(['subscribe c 1'])
  })

  test('of a node that tells nothing of itself is none the less one', async () => {
    await using server = await serve(saying('%1\r\n$5\r\nproto\r\n:3\r\n'))
    const { connection, handshake } = await dial(server.address, { timeout, stringNumbers: true })
    connection.destroy()
    expect(handshake).toEqual({
      server: '',
      version: '',
      id: 0,
      mode: '',
      roundTrip: expect.any(Number),
      replies: [],
    })
  })

  test('tells what was refused without its arguments', async () => {
    await using server = await serve(
      saying(`${hello}-ERR unknown command 'NOSUCH', with args beginning with: 'secret' \r\n`),
    )
    const makeError = (message: string) => new RangeError(message)
    for (const options of [{}, { makeError }]) {
      const requests = [['NOSUCH', 'secret']] as const
      const { connection, handshake } = await dial(server.address, {
        timeout,
        requests,
        ...options,
      })
      connection.destroy()
      expect(inspect(handshake, { depth: 9 })).toContain('NOSUCH')
      expect(inspect(handshake, { depth: 9 })).not.toContain('secret')
    }
  })

  test('with an argument that is none is refused by its type', async () => {
    await using server = await serve(saying(hello))
    const requests = [['SELECT', 424242 as unknown as string]] as const
    const error = await dial(server.address, { timeout, requests }).catch((it) => it)
    expect(error).toBeInstanceOf(TypeError)
    expect(inspect(error)).not.toContain('424242')
    await server.left()
  })
})

describe('a connection that was dialled', () => {
  async function connect(
    onData: (socket: Socket) => void,
    use: (connection: Connection) => Promise<void>,
    options: Partial<DialOptions> = {},
  ): Promise<void> {
    await using server = await serve((socket) => {
      socket.once('data', () => {
        socket.write(hello)
        socket.once('data', () => onData(socket))
      })
    })
    const { connection } = await dial(server.address, { timeout, ...options })
    await use(connection)
    await server.left()
  }

  test.each([
    ['an absurd array', '*33000000\r\n'.repeat(40)],
    ['garbage', 'garbage'],
    ['a reply too many', '+OK\r\n+OK\r\n'],
  ])('ends with %s, and its socket is closed', async (_, bytes) => {
    await connect(
      (socket) => socket.write(bytes),
      async (connection) => {
        const closed = new Promise((resolve) => {
          connection.listener = { onClose: resolve }
        })
        await connection.request('GET', 'a').catch(() => {})
        expect(await closed).toMatchObject({ cause: { code: 'DISREDIS_PROTOCOL' } })
        expect(connection.isClosed).toBe(true)
      },
    )
  })

  test('keeps within a stated bound what an endless reply may take', async () => {
    const limits = { maxReplyBytes: 8 * 1024 * 1024 }
    await connect(
      (socket) => {
        const chunk = Buffer.from('$0\r\n\r\n'.repeat(10_000))
        const more = () => {
          while (!socket.destroyed && socket.write(chunk));
        }
        socket.write('*80000\r\n')
        socket.write('*70000\r\n')
        socket.on('drain', more)
        more()
      },
      async (connection) => {
        const endless = connection.request('GET', 'a')
        await expect(endless).rejects.toMatchObject({
          cause: { message: expect.stringContaining('`maxReplyBytes`') },
        })
      },
      { limits },
    )
  })

  test('ends with FIN, also when its own bytes cannot leave', async () => {
    let socket: Socket | undefined
    await connect(
      (it) => {
        socket = it.pause().end()
      },
      async (connection) => {
        const stuck = connection.request('SET', 'k', Buffer.alloc(64 * 1024 * 1024))
        await expect(stuck).rejects.toMatchObject({ mayHaveExecuted: true })
        expect(connection.isClosed).toBe(true)
        socket?.resume()
      },
    )
  })

  test('is congested while the server does not read, and drains when it does', async () => {
    let socket: Socket | undefined
    await using server = await serve((it) => {
      socket = it
      it.once('data', () => {
        it.write(hello)
        it.pause()
      })
    })
    const { connection } = await dial(server.address, { timeout })
    const congested = () =>
      new Promise<boolean>((resolve) => {
        connection.listener = { onCongestion: () => resolve(connection.isCongested) }
      })
    let told = congested()
    const stuck = connection.request('SET', 'k', Buffer.alloc(64 * 1024 * 1024)).catch((it) => it)
    expect(await told).toBe(true)
    told = congested()
    socket?.resume()
    expect(await told).toBe(false)
    connection.destroy()
    expect(await stuck).toMatchObject({ code: 'DISREDIS_CONNECTION_LOST' })
  })
})

test('a stream that ends in the tick in which it opened is no connection', async () => {
  await using server = await serve(() => {})
  const openSocket: DialOptions['openSocket'] = ({ host, port }) => {
    const socket = createConnection({ host, port })
    socket.on('connect', () => process.nextTick(() => socket.destroy(new Error('at once'))))
    return socket
  }
  const gone = dial(server.address, { timeout, openSocket })
  await expect(gone).rejects.toMatchObject({ stage: 'handshake', cause: new Error('at once') })
  await server.left()
})

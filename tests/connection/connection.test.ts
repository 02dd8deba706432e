import { type Connection, DialError, type DialOptions, dial } from '@disredis/connection'
import { type Fleet, type FleetNode, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const timeout = 30_000
const megabyte = 1024 * 1024

let fleet: Fleet
let master: FleetNode

beforeAll(async () => {
  fleet = await startFleet({
    masters: 1,
    replicas: 0,
    sentinels: 1,
    username: 'app',
    password: 'secret-1',
    users: [
      'bare on >secret-2 ~* &* +ping',
      'silent on >secret-3 ~* +@all',
      'noselect on >secret-4 ~* &* +@all -select',
      'norole on >secret-5 ~* &* +@all -role',
    ],
    dataConfig: ['proto-max-bulk-len 1gb', 'enable-debug-command yes'],
  })
  master = fleet.master('shard-1')
})

afterAll(() => fleet?.close())

async function use(
  options: Partial<DialOptions>,
  run: (connection: Connection) => Promise<void>,
): Promise<void> {
  const { connection } = await dial(master.address, {
    timeout,
    username: 'app',
    password: 'secret-1',
    ...options,
  })
  const closed = new Promise<void>((resolve) => {
    connection.listener = { onClose: () => resolve() }
  })
  try {
    await run(connection)
  } finally {
    connection.destroy()
    await closed
  }
}

/** Why no connection came about. */
async function refusalOf(options: Partial<DialOptions>): Promise<DialError> {
  const error = await use(options, async () => {}).then(
    () => undefined,
    (it) => it,
  )
  expect(error).toBeInstanceOf(DialError)
  expect(`${error.message} ${error.cause}`).not.toContain('secret-')
  return error
}

describe('the handshake', () => {
  test('logs in, names the connection, selects, and asks for everything in one go', async () => {
    const { connection, handshake } = await dial(master.address, {
      timeout,
      username: 'app',
      password: 'secret-1',
      connectionName: 'test',
      db: 3,
      requests: [['ROLE'], ['NOSUCH', 'secret-1']],
    })
    expect(handshake).toMatchObject({ mode: 'standalone', version: expect.stringMatching(/^\d/) })
    expect(handshake.replies[0]).toEqual(['master', 0, []])
    expect(String(handshake.replies[1])).toBe("ReplyError: ERR unknown command 'NOSUCH'")
    const info = String(await connection.request('CLIENT', 'INFO'))
    expect(info).toMatch(
      new RegExp(`^id=${handshake.id} .* name=test .* db=3 .* user=app .* resp=3`),
    )
    connection.destroy()
  })

  test.each([
    ['a wrong password', { password: 'secret-9' }, /WRONGPASS/],
    ['no password', { username: undefined, password: undefined }, /NOAUTH/],
    ['a user that there is not', { username: 'nobody' }, /WRONGPASS/],
    ['a name that is none', { connectionName: 'two words' }, /Client names cannot contain spaces/],
    ['a database out of range', { db: 99_999 }, /DB index is out of range/],
    [
      'a user who may not SELECT',
      { username: 'noselect', password: 'secret-4', db: 1 },
      /NOPERM.*select/,
    ],
    [
      'a user who may not SUBSCRIBE',
      { username: 'bare', password: 'secret-2', channels: ['a'] },
      /NOPERM.*subscribe/,
    ],
    [
      'a channel that is not allowed',
      { username: 'silent', password: 'secret-3', channels: ['a'] },
      /NOPERM.*channel/,
    ],
  ])('is refused with %s, in the words of the server', async (_, options, words) => {
    const error = await refusalOf(options)
    expect(error).toMatchObject({
      stage: 'handshake',
      isTimeout: false,
      cause: { name: 'ReplyError' },
    })
    expect(error.message).toMatch(words)
  })

  test('tells a caller that a request of it was refused', async () => {
    const options = {
      username: 'norole',
      password: 'secret-5',
      requests: [['ROLE'], ['PING']],
    } as const
    const { connection, handshake } = await dial(master.address, { timeout, ...options })
    connection.destroy()
    expect(handshake.replies).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/^NOPERM.*role/) }),
      'PONG',
    ])
  })

  test('with a Sentinel tells that it is one, and subscribes', async () => {
    const events: string[] = []
    const { connection, handshake } = await dial(fleet.sentinel(1).address, {
      timeout,
      requests: [['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'shard-1']],
      channels: ['+switch-master', '+sdown'],
      listener: { onPush: (items) => events.push(items.join(' ')) },
    })
    expect(handshake).toMatchObject({
      mode: 'sentinel',
      replies: [[master.address.host, `${master.address.port}`]],
    })
    expect(events).toEqual(['subscribe +switch-master 1', 'subscribe +sdown 2'])
    expect(await connection.request('PING')).toBe('PONG')
    connection.destroy()
  })

  test.each(['connect', 'handshake'] as const)(
    'is given up in the stage %s, with nothing left',
    async (stage) => {
      const controller = new AbortController()
      const onStage: DialOptions['onStage'] = (at) => {
        if (at === stage) controller.abort()
      }
      const name = `aborted-${stage}`
      const error = await refusalOf({ signal: controller.signal, onStage, connectionName: name })
      expect(error.stage).toBe(stage)
      await use({}, async (connection) => {
        // The server may have the bytes still to read.
        await expect
          .poll(() => connection.request('CLIENT', 'LIST'), { timeout })
          .not.toContain(`name=${name}`)
      })
    },
  )
})

describe('requests', () => {
  test('are answered in order, errors among them', async () => {
    await use({}, async (connection) => {
      const answers = await Promise.allSettled([
        connection.request('SET', 'k', 'text'),
        connection.request('INCR', 'k'),
        connection.request('GET', 'k'),
        connection.request('HGETALL', 'none'),
        connection.request('GET', 'none'),
      ])
      expect(answers).toMatchObject([
        { value: 'OK' },
        { reason: { name: 'ReplyError', message: expect.stringContaining('not an integer') } },
        { value: 'text' },
        { value: [] },
        { value: null },
      ])
    })
  })

  test('every byte comes back as it was', async () => {
    const bytes = Buffer.from(Array.from({ length: 65_536 }, (_, i) => (i * 7) & 0xff))
    await use({}, async (connection) => {
      await connection.request('SET', bytes, bytes)
      const reply = await new Promise((resolve, reject) => {
        connection.send('GET', [bytes], { wantsText: false, onReply: resolve, onError: reject })
      })
      expect(bytes.equals(reply as Buffer)).toBe(true)
    })
  })

  test.each([
    ['text', true],
    ['bytes', false],
  ])('100 MB of %s go and come, among others', async (_, wantsText) => {
    const size = 100 * megabyte
    const value = wantsText ? 'é'.repeat(size / 2) : Buffer.alloc(size, 'binary\r\n')
    await use({}, async (connection) => {
      const before = connection.request('SET', 'n', '1')
      const set = connection.request('SET', 'large', value)
      const between = connection.request('INCR', 'n')
      const get = new Promise<string | Buffer>((resolve, reject) => {
        const onReply = (reply: unknown) => resolve(reply as string | Buffer)
        connection.send('GET', ['large'], { wantsText, onReply, onError: reject })
      })
      const behind = connection.request('INCR', 'n')
      expect(await Promise.all([before, set, between, behind])).toEqual(['OK', 'OK', 2, 3])
      const reply = await get
      expect(Buffer.compare(Buffer.from(reply as string), Buffer.from(value as string))).toBe(0)
      await connection.request('DEL', 'large')
    })
  })

  test('a hundred thousand at once are answered in order, and the connection drains', async () => {
    await use({}, async (connection) => {
      const replies = await Promise.all(
        Array.from({ length: 100_000 }, (_, i) => connection.request('ECHO', `${i}`)),
      )
      expect(replies.every((reply, i) => reply === `${i}`)).toBe(true)
      expect([connection.inFlight, connection.isCongested]).toEqual([0, false])
    })
  })

  test('replies of every type of RESP3 are read', async () => {
    await use({}, async (connection) => {
      const types =
        'string integer double null array set map attrib push verbatim true false bignum'
      const pushes: unknown[] = []
      const { listener } = connection
      connection.listener = { ...listener, onPush: (items) => pushes.push(items) }
      const replies = await Promise.all(
        types.split(' ').map((type) => connection.request('DEBUG', 'PROTOCOL', type)),
      )
      expect(replies).toEqual([
        'Hello World',
        12345,
        '3.141',
        null,
        [0, 1, 2],
        [0, 1, 2],
        [0, 0, 1, 1, 2, 0],
        'Some real reply following the attribute',
        expect.anything(),
        'This is a verbatim\nstring',
        1,
        0,
        '1234567999999999999999999999999999999',
      ])
      expect(pushes).toHaveLength(1)
    })
  })
})

describe('subscriptions', () => {
  test('are confirmed, messages come as buffers, and requests go on', async () => {
    await use({}, async (connection) => {
      const told: string[] = []
      const messages = new Promise<void>((resolve) => {
        connection.listener = {
          ...connection.listener,
          onPush: (items) => {
            told.push(items.map((item) => String(item)).join(' '))
            if (told.length === 6) resolve()
          },
        }
      })
      await connection.subscribe('SUBSCRIBE', 'a', 'b')
      await connection.subscribe('PSUBSCRIBE', 'b*')
      expect(await connection.request('PUBLISH', 'a', '1')).toBe(1)
      expect(await connection.request('PUBLISH', 'b', '2')).toBe(2)
      await messages
      expect(told).toEqual([
        'subscribe a 1',
        'subscribe b 2',
        'psubscribe b* 3',
        'message a 1',
        'message b 2',
        'pmessage b* b 2',
      ])
      await connection.subscribe('UNSUBSCRIBE', 'a', 'b')
      expect(await connection.request('PUBLISH', 'a', '3')).toBe(0)
    })
  })
})

describe('a connection is lost', () => {
  test('when the server kills it: what was asked may have been executed', async () => {
    await use({ connectionName: 'killed' }, async (connection) => {
      const [waiting] = await Promise.allSettled([
        connection.request('BLPOP', 'empty', '0'),
        (async () => {
          const id = await connection.request('CLIENT', 'ID').catch(() => undefined)
          expect(id).toBeUndefined()
        })(),
        use({}, async (other) => {
          const list = String(await other.request('CLIENT', 'LIST'))
          const [, id] = /id=(\d+) [^\n]*name=killed/.exec(list) ?? []
          await other.request('CLIENT', 'KILL', 'ID', String(id))
        }),
      ])
      expect(waiting).toMatchObject({
        reason: { code: 'DISREDIS_CONNECTION_LOST', mayHaveExecuted: true, retryable: true },
      })
    })
  })

  test('by destroy while the server stands still', async () => {
    await use({}, async (connection) => {
      await master.pause()
      try {
        const stuck = connection.request('GET', 'k')
        const late = dial(master.address, { timeout: 200 })
        await expect(late).rejects.toMatchObject({ stage: 'handshake', isTimeout: true })
        expect(connection.inFlight).toBe(1)
        connection.destroy()
        await expect(stuck).rejects.toMatchObject({ mayHaveExecuted: true })
      } finally {
        await master.resume()
      }
    })
  })

  test('by kill -9, and the node that comes back says that it loads its data', async () => {
    await using own = await startFleet({
      masters: 1,
      replicas: 0,
      sentinels: 1,
      dataConfig: [
        'enable-debug-command yes',
        'appendonly no',
        'key-load-delay 1000',
        'loading-process-events-interval-bytes 1024',
        'save ""',
      ],
    })
    const node = own.master('shard-1')
    const { connection } = await dial(node.address, { timeout })
    await connection.request('DEBUG', 'POPULATE', '3000', 'key', '100')
    await connection.request('SAVE')
    const closed = new Promise((resolve) => {
      connection.listener = { onClose: resolve }
    })
    const waiting = connection.request('BLPOP', 'empty', '0')
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ mayHaveExecuted: true }),
      node.kill(),
    ])
    expect(await closed).toMatchObject({ address: `127.0.0.1:${node.address.port}` })
    const gone = dial(node.address, { timeout })
    await expect(gone).rejects.toMatchObject({ stage: 'connect', cause: { code: 'ECONNREFUSED' } })
    const restarted = node.restart()
    await expect
      .poll(
        async () => {
          const it = await dial(node.address, {
            timeout,
            db: 1,
            requests: [['PING'], ['ROLE']],
          }).catch(() => undefined)
          it?.connection.destroy()
          return String(it?.handshake.replies[0])
        },
        { timeout, interval: 5 },
      )
      .toMatch(/LOADING/)
    await restarted
  })
})

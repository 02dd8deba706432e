import { constants } from 'node:buffer'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { readByModel } from '../test/model-reader.js'
import { oneByOne, readChunks } from '../test/read-chunks.js'
import { ReplyError } from './errors.js'
import { type ReplyLimits, resolveReplyLimits } from './reply-limits.js'
import { ReplyReader } from './reply-reader.js'

interface Heard {
  readonly replies: unknown[]
  readonly pushes: unknown[]
}

interface Options {
  readonly isText?: boolean
  readonly stringNumbers?: boolean
  readonly limits?: Partial<ReplyLimits>
}

function createReader({ isText = true, stringNumbers = false, limits }: Options = {}) {
  const heard: Heard = { replies: [], pushes: [] }
  const reader = new ReplyReader(
    {
      wantsText: () => isText,
      onReply: (reply) => heard.replies.push(reply),
      onErrorReply: (error) => heard.replies.push(error),
      onPush: (items) => heard.pushes.push(items),
    },
    {
      stringNumbers,
      limits: resolveReplyLimits(limits),
      makeError: (message) => new ReplyError(message),
    },
  )
  return { reader, heard }
}

function read(chunks: Iterable<Buffer | string>, options?: Options): Heard {
  const { reader, heard } = createReader(options)
  for (const chunk of chunks) reader.read(Buffer.from(chunk))
  return heard
}

const samples: Record<string, string> = {
  'a simple string': '+OK\r\n',
  'an empty simple string': '+\r\n',
  'an error': '-ERR no such thing\r\n',
  'a long error': '!8\r\nERR a\r\nb\r\n',
  'a number': ':1234567890\r\n',
  'numbers with signs': '*2\r\n:-12\r\n:+7\r\n',
  'a big number': '(-3492890328409238509324850943850943825024385\r\n',
  doubles: '*4\r\n,1.25\r\n,-inf\r\n,nan\r\n,1e-7\r\n',
  'booleans and null': '*3\r\n#t\r\n#f\r\n_\r\n',
  'nulls of RESP2': '*2\r\n$-1\r\n*-1\r\n',
  'a string': '$14\r\nh\u00e9llo\r\nw\u00f6r\r\n\r\n',
  'an empty string': '$0\r\n\r\n',
  'a verbatim string': '=8\r\ntxt:some\r\n',
  'empty arrays, sets and maps': '*3\r\n*0\r\n~0\r\n%0\r\n',
  'nested arrays': '*3\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n$1\r\nb\r\n*0\r\n',
  'an error in an array': '*2\r\n+OK\r\n-WRONGTYPE no\r\n',
  'a map of maps': '%2\r\n+a\r\n%1\r\n$1\r\nb\r\n:2\r\n+c\r\n~2\r\n,1.5\r\n$1\r\nd\r\n',
  'attributes before a reply': '|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n',
  'attributes of an item': '*2\r\n+a\r\n|1\r\n+popularity\r\n*2\r\n+x\r\n,0.3\r\n+b\r\n',
  'attributes of attributes': '|1\r\n|0\r\n+a\r\n|1\r\n+b\r\n+c\r\n+d\r\n+v\r\n',
}
const push = '>3\r\n+message\r\n$7\r\nchannel\r\n$4\r\n\r\n\r\n\r\n'
const everything = Buffer.from(`${Object.values(samples).join(push)}${push}`)

describe.each([
  [true, false],
  [true, true],
  [false, false],
  [false, true],
])('as text %s, with stringNumbers %s', (isText, stringNumbers) => {
  const options = { limits: resolveReplyLimits(), stringNumbers, wantsText: () => isText }

  test.each(Object.entries(samples))('%s is read as one reply', (_, text) => {
    const bytes = Buffer.from(text)
    const { events, error } = readChunks([bytes], options)
    expect(error).toBeUndefined()
    expect(events).toEqual(readByModel(bytes, options).events)
    expect(events).toHaveLength(1)
  })

  test('a chunk may end anywhere', () => {
    const { events, end } = readByModel(everything, options)
    expect(end).toBe('complete')
    expect(events).toHaveLength(2 * Object.keys(samples).length)
    for (let i = 1; i < everything.length; i++) {
      const chunks = [everything.subarray(0, i), everything.subarray(i)]
      expect(readChunks(chunks, options)).toEqual({ events, error: undefined })
    }
    expect(readChunks(oneByOne(everything), options)).toEqual({ events, error: undefined })
  })
})

test('strings are text where text is wanted, numbers and errors are what they are', () => {
  const bytes = '*5\r\n$2\r\n\u00e9\r\n,1.5\r\n:3\r\n-ERR no\r\n:-0\r\n+OK\r\n'
  expect(read([bytes]).replies).toEqual([['\u00e9', '1.5', 3, new ReplyError('ERR no'), 0], 'OK'])
  expect(read([bytes], { isText: false }).replies).toEqual([
    [Buffer.from('\u00e9'), Buffer.from('1.5'), 3, new ReplyError('ERR no'), 0],
    Buffer.from('OK'),
  ])
})

test('OK is what it is, and what only looks like it is not', () => {
  const lines = ['OK', 'OJ', 'KO', 'O', 'OKK', 'ok']
  const bytes = lines.map((line) => `+${line}\r\n`).join('')
  expect(read([bytes]).replies).toEqual(lines)
  expect(read([bytes], { isText: false }).replies).toEqual(lines.map((line) => Buffer.from(line)))
})

test('numbers beyond what a number holds are exact as text', () => {
  const bytes = '*2\r\n:9223372036854775807\r\n:-9223372036854775808\r\n'
  expect(read([bytes], { stringNumbers: true }).replies).toEqual([
    ['9223372036854775807', '-9223372036854775808'],
  ])
})

test('pushes are told where they stand among the replies, with buffers, also where text is wanted', () => {
  const order: unknown[] = []
  const { reader } = createReader()
  const heard = new ReplyReader(
    {
      wantsText: () => true,
      onReply: (reply) => order.push(reply),
      onErrorReply: (error) => order.push(error),
      onPush: (items) => order.push(items),
    },
    { stringNumbers: false, limits: resolveReplyLimits(), makeError: (it) => new ReplyError(it) },
  )
  heard.read(Buffer.from('+a\r\n>2\r\n+message\r\n*1\r\n$1\r\nx\r\n-ERR b\r\n>0\r\n$1\r\nc\r\n'))
  expect(order).toEqual([
    'a',
    [Buffer.from('message'), [Buffer.from('x')]],
    new ReplyError('ERR b'),
    [],
    'c',
  ])
  expect(() => reader.read(Buffer.from('*1\r\n>1\r\n+a\r\n'))).toThrow('a push within a reply')
})

describe('what is not RESP3 is refused, and nothing of it or behind it is read', () => {
  test.each([
    '$zz\r\n',
    '$\r\n\r\n',
    '$-7\r\n',
    '$-0\r\n',
    '$+1\r\na\r\n',
    '$ 1\r\na\r\n',
    '$1 \r\na\r\n',
    '$?\r\n',
    '$1\r\n\r\n\r\n\r\n',
    ':x1\r\n',
    ':\r\n',
    ':-\r\n',
    ':+-1\r\n',
    ':1.5\r\n',
    ':1\rX',
    ':111111111111111111111\r\n',
    '*-9\r\n',
    '*+1\r\n:1\r\n',
    '%-1\r\n',
    '~-1\r\n',
    '>-1\r\n',
    '|-1\r\n',
    '!-1\r\n',
    '=-1\r\n',
    '=3\r\nabc\r\n',
    '=4\r\nabcd\r\n',
    '$2\r\nabc\r\n',
    '+OK\rX',
    '+OK\n',
    '+a\nb\r\n',
    '_x\r\n',
    '#x\r\n',
    '#tt\r\n',
    '#\r\n',
    '*2\r\n:1\r\nHTTP/1.1 400 Bad Request\r\n',
    'HTTP/1.1 400 Bad Request\r\n',
    '\r\n',
    '\x15\x03\x03\x00\x02\x02\x46',
  ])('%j', (bytes) => {
    const stream = Buffer.from(`${bytes}+LATER\r\n`)
    for (const chunks of [[stream], oneByOne(stream)]) {
      const { reader, heard } = createReader()
      expect(() => {
        for (const chunk of chunks) reader.read(chunk)
      }).toThrow(expect.objectContaining({ code: 'DISREDIS_PROTOCOL' }))
      expect(() => reader.read(Buffer.from('+LATER\r\n'))).toThrow('Nothing is read after the end')
      expect(heard).toEqual({ replies: [], pushes: [] })
    }
  })
})

test('an error of the protocol says where, never what: it may be a payload', () => {
  const { reader } = createReader()
  let message = ''
  try {
    reader.read(Buffer.from('$6\r\nsecretsecret\r\n'))
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toContain('at byte 10')
  expect(message).not.toContain('secret')
})

describe('limits', () => {
  const over: [keyof ReplyLimits, number, within: string, beyond: string][] = [
    ['maxStringBytes', 5, '$5\r\nabcde\r\n', '$6\r\n'],
    ['maxStringBytes', 5, '=5\r\ntxt:e\r\n', '=6\r\n'],
    ['maxStringBytes', 5, '!5\r\nERR a\r\n', '!6\r\n'],
    ['maxStringBytes', 2 ** 50, '$0\r\n\r\n', '$99999999999999999999\r\n'],
    ['maxLineBytes', 5, '+abcde\r\n', '+abcdef'],
    ['maxLineBytes', 5, '-abcde\r\n', '-abcdef\r\n'],
    ['maxLineBytes', 5, '(12345\r\n', '(123456\r\n'],
    ['maxReplyBytes', 300, '*3\r\n:1\r\n:2\r\n_\r\n', '*4\r\n'],
    ['maxReplyBytes', 300, '~3\r\n:1\r\n:2\r\n_\r\n', '~4\r\n'],
    ['maxReplyBytes', 300, '%1\r\n:1\r\n:2\r\n', '%2\r\n'],
    ['maxReplyBytes', 300, '|1\r\n:1\r\n:2\r\n+a\r\n', '|2\r\n'],
    ['maxReplyBytes', 300, '>3\r\n:1\r\n:2\r\n_\r\n', '>4\r\n'],
    ['maxReplyBytes', 300, '*0\r\n', '*99999999999999999999\r\n'],
    ['maxReplyBytes', 300, '*2\r\n:1\r\n*1\r\n_\r\n', '*2\r\n:1\r\n*2\r\n'],
    [
      'maxReplyBytes',
      300,
      `*1\r\n$200\r\n${'x'.repeat(200)}\r\n`,
      `*1\r\n$201\r\n${'x'.repeat(201)}\r\n`,
    ],
    ['maxReplyBytes', 300, `*1\r\n+${'x'.repeat(200)}\r\n`, `*1\r\n+${'x'.repeat(201)}\r\n`],
    ['maxReplyBytes', 1105, '*1\r\n-ERR a\r\n', '*1\r\n-ERR ab\r\n'],
    ['maxDepth', 2, '*1\r\n*1\r\n:1\r\n', '*1\r\n*1\r\n*0\r\n'],
    ['maxDepth', 2, '%1\r\n:1\r\n~1\r\n:1\r\n', '*1\r\n~1\r\n%1\r\n'],
    ['maxDepth', 2, '*1\r\n|1\r\n:1\r\n:2\r\n:3\r\n', '*1\r\n|1\r\n|1\r\n'],
    ['maxDepth', 2, '>1\r\n*1\r\n:1\r\n', '>1\r\n*1\r\n*1\r\n'],
  ]
  test.each(over)('%s %i: %j is read, %j is refused', (name, limit, within, beyond) => {
    const options = { limits: { [name]: limit } }
    for (const cut of [(it: string) => [it], (it: string) => [...it]]) {
      // Twice: what one reply took is not counted against the next.
      const { replies, pushes } = read(cut(within + within), options)
      expect(replies.length + pushes.length).toBe(2)
      expect(() => read(cut(`${beyond}\r\n\r\n\r\n\r\n`), options)).toThrow(`\`${name}\``)
    }
  })

  test('a limit that is none is refused by its name', () => {
    expect(() => resolveReplyLimits({ maxDepth: 0 })).toThrow('`maxDepth`')
    expect(() => resolveReplyLimits({ maxLineBytes: Number.NaN })).toThrow('`maxLineBytes`')
    expect(() => resolveReplyLimits({ maxReplyBytes: '1' as never })).toThrow('`maxReplyBytes`')
    expect(resolveReplyLimits({ maxReplyBytes: undefined } as never)).toEqual(resolveReplyLimits())
  })

  test('a line that is within the limit is read wherever it is cut', () => {
    const line = Buffer.from('+abcde\r\n')
    for (let i = 1; i < line.length; i++) {
      const chunks = [line.subarray(0, i), line.subarray(i)]
      expect(read(chunks, { limits: { maxLineBytes: 5 } }).replies).toEqual(['abcde'])
    }
    expect(read(oneByOne(line), { limits: { maxLineBytes: 5 } }).replies).toEqual(['abcde'])
  })
})

describe('memory', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')

  function heapOf(run: () => void): number {
    collectGarbage()
    const before = process.memoryUsage()
    run()
    const after = process.memoryUsage()
    return after.heapUsed + after.external - before.heapUsed - before.external
  }
  const megabyte = 1024 * 1024

  test.each([
    ['*33000000\r\n', 'maxReplyBytes'],
    ['*10000000\r\n', 'maxReplyBytes'],
    ['*250000\r\n', 'maxReplyBytes'],
    ['%5000000\r\n', 'maxReplyBytes'],
    ['|5000000\r\n', 'maxReplyBytes'],
    ['*1024\r\n', 'maxDepth'],
    ['%1\r\n+a\r\n', 'maxDepth'],
  ])('%j again and again takes no memory, and is refused', (announced, limit) => {
    const { reader } = createReader()
    const chunk = Buffer.from(announced.repeat(513))
    const grown = heapOf(() => expect(() => reader.read(chunk)).toThrow(`\`${limit}\``))
    expect(grown).toBeLessThan(20 * megabyte)
  })

  test.each([
    ['empty arrays in arrays', '*1000\r\n', '*0\r\n'],
    ['empty strings', '*1000\r\n', '$0\r\n\r\n'],
    ['errors', '*1000\r\n', '-\r\n'],
    ['attributes', '|500\r\n', '_\r\n'],
  ])('endless %s within a reply are refused in bounded memory', (_, open, item) => {
    const { reader } = createReader({ limits: { maxReplyBytes: 10 * megabyte } })
    const chunk = Buffer.from(open + item.repeat(1000))
    reader.read(Buffer.from('*100000\r\n'))
    const grown = heapOf(() => {
      expect(() => {
        for (;;) reader.read(chunk)
      }).toThrow('`maxReplyBytes`')
    })
    expect(grown).toBeLessThan(40 * megabyte)
  })

  test('attributes, pushes and empty aggregates without end leave nothing behind', () => {
    const { reader, heard } = createReader()
    const chunk = Buffer.from('|1\r\n+a\r\n+b\r\n|0\r\n'.repeat(1000))
    const grown = heapOf(() => {
      for (let i = 0; i < 200; i++) reader.read(chunk)
    })
    expect(grown).toBeLessThan(40 * megabyte)
    expect(heard.replies).toEqual([])
  })

  test('of bytes that come one by one only the bytes are kept', () => {
    const { reader } = createReader({ isText: false })
    reader.read(Buffer.from('$1000000\r\n'))
    // Each is part of a buffer of its own, as of a chunk that a socket gave.
    const grown = heapOf(() => {
      for (let i = 0; i < 200_000; i++) reader.read(Buffer.alloc(100).subarray(0, 1))
      collectGarbage()
    })
    expect(grown).toBeLessThan(2 * megabyte)
  })

  test('what is held of a reply that is not complete is dropped at the end', () => {
    const { reader } = createReader()
    reader.read(Buffer.from('*2\r\n$1000\r\nab'))
    reader.end()
    reader.end()
    expect(() => reader.read(Buffer.from('+OK\r\n'))).toThrow('Nothing is read after the end')
  })
})

describe('time is linear in the bytes', () => {
  /** Bytes that were copied while `run` ran: what is read again is put together again. */
  function copiedBy(run: () => void): number {
    let copied = 0
    const concat = Buffer.concat
    const { copy } = Buffer.prototype
    vi.spyOn(Buffer, 'concat').mockImplementation((list, length) => {
      const whole = concat(list, length)
      copied += whole.length
      return whole
    })
    vi.spyOn(Buffer.prototype, 'copy').mockImplementation(function (this: Buffer, ...args) {
      copied += this.length
      return copy.apply(this, args as Parameters<typeof copy>)
    })
    try {
      run()
    } finally {
      vi.restoreAllMocks()
    }
    return copied
  }

  const length = 300_000
  const payload = 'x'.repeat(length)

  test.each([
    ['a line', `+${payload}\r\n`],
    ['an error', `-${payload}\r\n`],
    ['a string', `$${length}\r\n${payload}\r\n`],
    ['an array', `*${length / 10}\r\n${'$4\r\nabcd\r\n'.repeat(length / 10)}`],
    ['nested arrays', `${'*1\r\n'.repeat(500)}:1\r\n`],
  ])('%s in chunks of 7 bytes', (_, text) => {
    const bytes = Buffer.from(text)
    const { reader, heard } = createReader()
    const copied = copiedBy(() => {
      for (let i = 0; i < bytes.length; i += 7) reader.read(bytes.subarray(i, i + 7))
    })
    expect(heard.replies).toHaveLength(1)
    expect(copied).toBeLessThan(4 * bytes.length)
  })

  test('an endless line is refused with each byte copied once', () => {
    const { reader } = createReader()
    const chunk = Buffer.alloc(1000, 'x')
    let bytes = 0
    reader.read(Buffer.from('+'))
    const copied = copiedBy(() => {
      expect(() => {
        for (;;) {
          bytes += chunk.length
          reader.read(chunk)
        }
      }).toThrow('`maxLineBytes`')
    })
    expect(bytes).toBeLessThan(1024 * 1024 + 2 * chunk.length)
    expect(copied).toBeLessThanOrEqual(bytes)
  })
})

test('a string too long for text fails its own command, and the next is answered', () => {
  const { reader, heard } = createReader({ limits: { maxStringBytes: 2 ** 30 } })
  const size = constants.MAX_STRING_LENGTH + 1
  reader.read(Buffer.from(`$${size}\r\n`))
  const piece = Buffer.alloc(64 * 1024 * 1024)
  for (let left = size; left > 0; left -= piece.length) reader.read(piece.subarray(0, left))
  reader.read(Buffer.from('\r\n+OK\r\n'))
  expect(heard.replies).toEqual([
    new ReplyError(
      `ERR The reply has a string of ${size} bytes, too long for text: ask for a buffer`,
    ),
    'OK',
  ])
})

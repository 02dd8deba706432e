import { createRequire } from 'node:module'
import { ReplyError } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { ReplyReader } from './reply-reader.js'

interface Heard {
  readonly replies: unknown[]
  readonly pushed: string[]
}

function readAll(chunks: readonly Buffer[], isText: boolean, stringNumbers = false): Heard {
  const heard: Heard = { replies: [], pushed: [] }
  const reader = new ReplyReader(
    {
      isText: () => isText,
      reply: (reply) => heard.replies.push(reply),
      error: (error) => heard.replies.push(error),
      pushed: (bytes) => heard.pushed.push(bytes.toString()),
    },
    stringNumbers,
  )
  for (const chunk of chunks) reader.read(chunk)
  return heard
}

/** The reader of ioredis, which is to be equalled. */
function readByIoredis(bytes: Buffer, stringNumbers: boolean): unknown[] {
  const require = createRequire(import.meta.url)
  const DataHandler = require('ioredis/built/DataHandler').default
  const replies: unknown[] = []
  let read: (chunk: Buffer) => void = () => {}
  new DataHandler(
    {
      status: 'ready',
      condition: { protocol: 3 },
      stream: {
        prependListener: (_: string, listener: typeof read) => {
          read = listener
        },
        resume() {},
      },
      commandQueue: {
        shift: () => ({
          command: { name: 'get', args: [], resolve: (it: unknown) => replies.push(it) },
        }),
      },
      handleReconnection: ({ message }: Error) => replies.push(new ReplyError(message)),
    },
    { stringNumbers, replyMapping: 'legacy' },
  )
  read(bytes)
  return replies
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
  'a string': '$12\r\nh\u00e9llo\r\nw\u00f6r\r\n',
  'an empty string': '$0\r\n\r\n',
  'a verbatim string': '=8\r\ntxt:some\r\n',
  'empty arrays, sets and maps': '*3\r\n*0\r\n~0\r\n%0\r\n',
  'nested arrays': '*3\r\n*2\r\n$1\r\na\r\n*1\r\n:1\r\n$1\r\nb\r\n*0\r\n',
  'an error in an array': '*2\r\n+OK\r\n-WRONGTYPE no\r\n',
  'a map of maps': '%2\r\n+a\r\n%1\r\n$1\r\nb\r\n:2\r\n+c\r\n~2\r\n,1.5\r\n$1\r\nd\r\n',
}
const everything = Buffer.from(Object.values(samples).join(''))

describe.each([false, true])('with stringNumbers %s', (stringNumbers) => {
  test.each(Object.entries(samples))('reads as ioredis: %s', (_, text) => {
    const bytes = Buffer.from(text)
    const { replies } = readAll([bytes], false, stringNumbers)
    expect(replies).toEqual(readByIoredis(bytes, stringNumbers))
    expect(replies).toHaveLength(1)
  })

  test('a chunk may end anywhere', () => {
    for (const isText of [false, true]) {
      const whole = readAll([everything], isText, stringNumbers)
      expect(whole.replies).toHaveLength(Object.keys(samples).length)
      for (let i = 1; i < everything.length; i++) {
        const chunks = [everything.subarray(0, i), everything.subarray(i)]
        expect(readAll(chunks, isText, stringNumbers)).toEqual(whole)
      }
      const bytes = Array.from(everything, (_, i) => everything.subarray(i, i + 1))
      expect(readAll(bytes, isText, stringNumbers)).toEqual(whole)
    }
  })
})

test('strings are text where text is wanted, numbers and errors are what they are', () => {
  const { replies } = readAll(
    [Buffer.from('*4\r\n$2\r\n\u00e9\r\n,1.5\r\n:3\r\n-ERR no\r\n+OK\r\n')],
    true,
  )
  expect(replies).toEqual([['\u00e9', '1.5', 3, new ReplyError('ERR no')], 'OK'])
})

test('a push and all that follows is left to others', () => {
  const { replies, pushed } = readAll([Buffer.from('+OK\r\n>2\r\n+message\r\n+a\r\n+OK\r\n')], true)
  expect(replies).toEqual(['OK'])
  expect(pushed).toEqual(['>2\r\n+message\r\n+a\r\n+OK\r\n'])
})

test('what is not RESP3 is an error', () => {
  expect(() => readAll([Buffer.from('HTTP/1.1 400 Bad Request\r\n')], true)).toThrow('not RESP3')
})

describe('what is not RESP3 is refused before any later reply is read', () => {
  test.each([
    '$zz\r\n',
    '$\r\n\r\n',
    '$-7\r\n',
    '$1 \r\na\r\n',
    ':x1\r\n',
    ':\r\n',
    ':1\rX',
    '*-9\r\n',
    '$2\r\nabc\r\n',
    '$99999999999\r\n',
    '+OK\rX',
    'HTTP/1.1 400 Bad Request\r\n',
  ])('%j', (bytes) => {
    expect(() => readAll([Buffer.from(`${bytes}+LATER\r\n`)], true)).toThrow('not RESP3')
  })
})

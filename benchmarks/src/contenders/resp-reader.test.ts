import { expect, test } from 'vitest'
import { RespReader, type RespReply } from './resp-reader.js'

const stream = [
  '+OK\r\n',
  '$5\r\nhello\r\n',
  '$-1\r\n',
  ':42\r\n',
  '*3\r\n$1\r\na\r\n$-1\r\n$2\r\n\r\n\r\n',
  '$0\r\n\r\n',
].join('')
const replies = ['OK', 'hello', null, 42, ['a', null, '\r\n'], '']

function read(...chunks: string[]): RespReply[] {
  const seen: RespReply[] = []
  const reader = new RespReader((reply) => seen.push(reply))
  for (const chunk of chunks) reader.push(Buffer.from(chunk))
  return seen
}

test('reads every kind of reply from one chunk', () => {
  expect(read(stream)).toEqual(replies)
})

test('reads the same wherever the stream is cut', () => {
  for (let cut = 1; cut < stream.length; cut++) {
    expect(read(stream.slice(0, cut), stream.slice(cut))).toEqual(replies)
  }
  expect(read(...stream)).toEqual(replies)
})

test('errors are values', () => {
  expect(read('-ERR no\r\n')).toEqual([new Error('ERR no')])
})

test('garbage throws', () => {
  expect(() => read('?what\r\n')).toThrow('Not a RESP2 reply')
})

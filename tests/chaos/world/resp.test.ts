import { expect, test } from 'vitest'
import { ReplyFailure, ReplyReader } from './resp.js'

const stream =
  '+OK\r\n-ERR no\r\n:7\r\n$5\r\na\r\nbc\r\n$-1\r\n*3\r\n$1\r\nx\r\n*-1\r\n*1\r\n:-2\r\n$0\r\n\r\n'
const replies = ['OK', new ReplyFailure('ERR no'), 7, 'a\r\nbc', null, ['x', null, [-2]], '']

test('the oracle reads every reply of RESP2, wherever the stream is cut', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new ReplyReader()
    const read = [stream.slice(0, cut), stream.slice(cut)].flatMap((it) =>
      reader.push(Buffer.from(it)),
    )
    expect(read).toEqual(replies)
  }
})

test.each(['$zz\r\n', '$-2\r\n', '*1.5\r\n', '$\r\n', '$2\r\nabc\r\n', '?\r\n'])(
  'the oracle takes %j for no reply',
  (bytes) => {
    expect(() => new ReplyReader().push(Buffer.from(`${bytes}+LATER\r\n`))).toThrow('RESP2')
  },
)

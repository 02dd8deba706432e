import { expect, test } from 'vitest'
import { encodeCommand, fieldsOf, ReplyError, ReplyParser } from './resp.js'

const WIRE = '+OK\r\n:-7\r\n$6\r\nhé\r\n!\r\n$-1\r\n*2\r\n*-1\r\n*2\r\n$0\r\n\r\n-ERR no\r\n*0\r\n'
const REPLIES = ['OK', -7, 'hé\r\n!', null, [null, ['', new ReplyError('ERR no')]], []]

test('replies are read whole, whatever pieces they arrive in', () => {
  const bytes = Buffer.from(WIRE)
  for (let size = 1; size <= bytes.length; size++) {
    const parser = new ReplyParser()
    const replies = []
    for (let at = 0; at < bytes.length; at += size) {
      replies.push(...parser.push(bytes.subarray(at, at + size)))
    }
    expect(replies).toEqual(REPLIES)
  }
})

test('what is no reply is refused', () => {
  expect(() => new ReplyParser().push(Buffer.from('HTTP/1.1 400\r\n'))).toThrow(/Not a reply/)
})

test('a command counts bytes, not characters', () => {
  expect(encodeCommand(['SET', 'é', 7, Buffer.from([0xff])])).toEqual(
    Buffer.concat([
      Buffer.from('*4\r\n$3\r\nSET\r\n$2\r\né\r\n$1\r\n7\r\n$1\r\n'),
      Buffer.from([0xff, 13, 10]),
    ]),
  )
})

test('a field list is read by name', () => {
  expect(fieldsOf(['flags', 'master', 'port', '1'])).toEqual(
    new Map([
      ['flags', 'master'],
      ['port', '1'],
    ]),
  )
  expect(fieldsOf(null).size).toBe(0)
})

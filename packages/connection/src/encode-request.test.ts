import { expect, test } from 'vitest'
import { encodeRequest } from './encode-request.js'

function byHand(name: string, args: readonly (string | Buffer)[]): Buffer {
  const pieces = [name, ...args].map((arg) => {
    const bytes = Buffer.from(arg as string)
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')])
  })
  return Buffer.concat([Buffer.from(`*${pieces.length}\r\n`), ...pieces])
}

const samples: [name: string, args: (string | Buffer)[]][] = [
  ['ping', []],
  ['set', ['key', 'value']],
  ['set', ['', '']],
  ['GET', ['h\u00e9llo w\u00f6rld \ud83d\ude80']],
  ['get', ['a lone surrogate: \ud800']],
  ['set', ['key', 'x'.repeat(1023)]],
  ['set', ['key', 'x'.repeat(1024)]],
  ['set', ['key', '\u00e9'.repeat(600)]],
  ['mget', Array.from({ length: 300 }, (_, i) => `key:${i}`)],
  ['\u00fcnknown', ['a\r\nb']],
  ['set', ['key', Buffer.from([0xff, 0xfe, 0x00, 0x80])]],
  ['set', [Buffer.from('b\u00e4'), Buffer.alloc(0)]],
  ['mset', ['\u00e9', Buffer.from('1'), 'b', '2']],
]

test.each(samples)('%s %j is written byte by byte as RESP has it', (name, args) => {
  // The second time from what was kept.
  for (let i = 0; i < 2; i++) {
    expect(Buffer.from(encodeRequest(name, args) as string)).toEqual(byHand(name, args))
  }
})

test('text stays text until it is written', () => {
  expect(encodeRequest('get', ['a'])).toBe('*2\r\n$3\r\nget\r\n$1\r\na\r\n')
})

test('names that callers make up are not kept for ever', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `made-up-${i}`)
  const isWrong = (name: string) =>
    !Buffer.from(encodeRequest(name, ['a'])).equals(byHand(name, ['a']))
  expect(names.filter(isWrong)).toEqual([])
})

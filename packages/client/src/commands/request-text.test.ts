import { Command } from 'ioredis'
import { expect, test } from 'vitest'
import { requestText } from './request-text.js'

const samples: [name: string, args: string[]][] = [
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
]

test.each(samples)('%s %j is written as ioredis writes it', (name, args) => {
  const expected = new Command(name, [...args]).toWritable({})
  // The second time from what was kept.
  expect(requestText(name, args)).toBe(expected)
  expect(requestText(name, args)).toBe(expected)
})

test('names that callers make up are not kept for ever', () => {
  for (let i = 0; i < 5000; i++) {
    expect(requestText(`made-up-${i}`, ['a'])).toBe(
      new Command(`made-up-${i}`, ['a']).toWritable({}),
    )
  }
})

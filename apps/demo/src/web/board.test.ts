import { expect, test } from 'vitest'
import { Board, longestMessage, type Reader } from './board.js'
import type { StreamMessage } from './sections.js'

function read(board: Board, reader: Reader): StreamMessage | undefined {
  const text = board.news(reader)
  return text === undefined ? undefined : JSON.parse(text)
}

test('a reader gets everything once, then what changed, and is told of what is gone', () => {
  const board = new Board()
  board.set('demo', { health: 'ok' })
  board.set('event:1', { text: 'started' })
  board.addSample('a', [10, 1, 2, 0])
  const { message, reader } = board.whole()
  expect(JSON.parse(message)).toEqual({
    isWhole: true,
    sections: { demo: { health: 'ok' }, 'event:1': { text: 'started' } },
    samples: { a: [[10, 1, 2, 0]] },
  })
  expect(read(board, reader)).toBeUndefined()
  board.set('demo', { health: 'ok' })
  expect(read(board, reader)).toBeUndefined()
  board.set('demo', { health: 'down' })
  board.delete('event:1')
  board.addSample('a', [11, 1, 2, 0])
  board.setHits([7])
  expect(read(board, reader)).toEqual({
    sections: { demo: { health: 'down' }, 'event:1': null },
    samples: { a: [[11, 1, 2, 0]] },
    hits: [7],
  })
  expect(read(board, reader)).toBeUndefined()
})

test('no message is longer than the limit, and nothing is forgotten', () => {
  const board = new Board()
  const { reader } = board.whole()
  for (let i = 0; i < 40; i++) board.set(`event:${i}`, { text: 'ä'.repeat(150) })
  const seen = new Set<string>()
  for (let message = board.news(reader); message !== undefined; message = board.news(reader)) {
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(longestMessage + 100)
    for (const name of Object.keys(JSON.parse(message).sections)) seen.add(name)
    board.set('event:0', { text: String(seen.size) })
    if (seen.size === 40) break
  }
  expect(seen.size).toBe(40)
})

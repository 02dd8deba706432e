import { Buffer as NodeBuffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { Buffer } from './utf8-buffer.js'

test('bytes and their order are those of Node.js', () => {
  const texts = ['', 'a', 'ab', 'b', 'ä', '\ud800', '京', '😀', 'shard-1', 'shard-10']
  for (const a of texts) {
    expect([...Buffer.from(a)]).toEqual([...NodeBuffer.from(a)])
    expect(Buffer.from(a).toString()).toBe(NodeBuffer.from(a).toString())
    for (const b of texts) {
      expect(Buffer.compare(Buffer.from(a), Buffer.from(b)), `${a} ${b}`).toBe(
        NodeBuffer.compare(NodeBuffer.from(a), NodeBuffer.from(b)),
      )
    }
  }
})

import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { type ReplyLimits, resolveReplyLimits } from '../src/reply-limits.js'
import { readByModel, show } from '../test/model-reader.js'
import { fuzzSeed, Random } from '../test/random.js'
import { readChunks } from '../test/read-chunks.js'
import { mutate, randomChunks, randomReply, randomStream } from './random-stream.js'

/** Bytes of each test. The seven read more than 10 MB in a run; `DISREDIS_FUZZ_MB` makes it more. */
const amount = Number(process.env.DISREDIS_FUZZ_MB ?? 1.5) * 1024 * 1024
const seed = fuzzSeed()
console.log(`DISREDIS_FUZZ_SEED=${seed}`)

const tight: Partial<ReplyLimits> = {
  maxStringBytes: 90_000,
  maxLineBytes: 60,
  maxReplyBytes: 100_000,
  maxDepth: 6,
}

describe.each([
  ['valid streams', false, {}],
  ['mutated streams', true, {}],
  ['mutated streams within tight limits', true, tight],
])('%s in random chunks', (_, isMutated, limits) => {
  test.each([false, true])(
    'are read as the specification has it, stringNumbers %s',
    (stringNumbers) => {
      const random = new Random(seed)
      const options = {
        limits: resolveReplyLimits(limits),
        stringNumbers,
        wantsText: (index: number) => index % 2 === 0,
      }
      let ends = 0
      for (let bytes = 0, round = 0; bytes < amount; round++) {
        const valid = randomStream(random, 1 + random.small(40_000))
        const stream = isMutated ? mutate(random, valid) : valid
        bytes += stream.length
        // With it the line that was broken off last has its end, whatever is wrong with it.
        const closed = isMutated ? Buffer.concat([stream, Buffer.from('\n')]) : stream
        const model = readByModel(closed, options)
        const { events, error } = readChunks(randomChunks(random, closed), options)
        const where = `seed ${seed}, round ${round}`
        if (events.join('\n') !== model.events.join('\n'))
          expect(events, where).toEqual(model.events)
        const isMalformed = model.end === 'malformed'
        if ((error !== undefined) !== isMalformed) {
          throw new Error(`${where}: the model says ${model.end}, the reader ${error}`)
        }
        if (isMalformed) ends++
      }
      expect(ends > 0).toBe(isMutated)
    },
  )
})

interface Parser {
  execute(chunk: Buffer): void
}

test('streams of RESP2 are read as redis-parser reads them', () => {
  const RedisParser = createRequire(import.meta.url)('redis-parser') as new (options: {
    returnReply(reply: unknown): void
    returnError(error: Error): void
    returnFatalError(error: Error): void
    returnBuffers: boolean
  }) => Parser
  const random = new Random(seed)
  const options = {
    limits: resolveReplyLimits(),
    stringNumbers: false,
    wantsText: () => false,
  }
  const events: string[] = []
  const parser = new RedisParser({
    returnReply: (reply) => events.push(show(reply)),
    returnError: (error) => events.push(show(error)),
    returnFatalError: (error) => {
      throw error
    },
    returnBuffers: true,
  })
  // Nor does it know numbers with a plus.
  const isResp2 = (reply: Buffer) => !/(?:^|\n)(?:[>|%~=!(,#_]|:\+)/.test(reply.toString('latin1'))
  for (let bytes = 0; bytes < amount; ) {
    const replies: Buffer[] = []
    while (replies.length < 200) {
      const reply = randomReply(random, 3)
      if (isResp2(reply)) replies.push(reply)
    }
    const stream = Buffer.concat(replies)
    bytes += stream.length
    events.length = 0
    for (const chunk of randomChunks(random, stream)) parser.execute(chunk)
    const read = readChunks(randomChunks(random, stream), options)
    expect(read.error).toBeUndefined()
    if (read.events.join('\n') !== events.join('\n')) {
      expect(read.events, `seed ${seed}`).toEqual(events)
    }
  }
})

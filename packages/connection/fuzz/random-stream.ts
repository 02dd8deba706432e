import type { Random } from '../test/random.js'

const crlf = '\r\n'
const texts = [
  '',
  'a',
  'OK',
  'h\u00e9llo \ud83d\ude80',
  '\r\n',
  '+OK\r\n',
  '$-1\r\n',
  'x'.repeat(300),
]
const doubles = ['1.25', '-inf', 'inf', 'nan', '1e-7', '0', '-0.5']

/** One reply as a server may send it. `depth` is how many arrays may still be opened. */
export function randomReply(random: Random, depth: number): Buffer {
  const of = (text: string) => Buffer.from(text)
  const line = (type: string, text: string) => of(`${type}${text}${crlf}`)
  const aggregate = (type: string, perItem: number) => {
    const size = random.small(12)
    const items = Array.from({ length: size * perItem }, () => randomReply(random, depth - 1))
    return Buffer.concat([line(type, `${size}`), ...items])
  }
  switch (random.below(depth > 0 ? 17 : 12)) {
    case 0:
      return line('+', random.pick(['', 'OK', 'PONG', 'h\u00e9']))
    case 1:
      return line('-', random.pick(['ERR no', 'WRONGTYPE Operation', '']))
    case 2:
      return line(':', `${random.pick(['', '-', '+'])}${random.below(1e9)}`)
    case 3:
      return line(',', random.pick(doubles))
    case 4:
      return line('#', random.pick('tf'))
    case 5:
      return line('_', '')
    case 6:
      return line('(', `${random.pick(['', '-'])}${'1234567890'.repeat(random.small(9) + 1)}`)
    case 7:
      return of(random.pick(['$-1\r\n', '*-1\r\n']))
    case 8:
      return bulk(random, '!', '')
    case 9:
      return bulk(random, '=', 'txt:')
    case 10:
    case 11:
      return bulk(random, '$', '')
    case 12:
    case 13:
      return aggregate('*', 1)
    case 14:
      return aggregate('~', 1)
    case 15:
      return aggregate('%', 2)
    default:
      // It belongs to the reply behind it.
      return Buffer.concat([aggregate('|', 2), randomReply(random, depth - 1)])
  }
}

function bulk(random: Random, type: string, prefix: string): Buffer {
  const isLong = random.below(200) === 0
  const payload = isLong
    ? Buffer.alloc(random.below(100_000), random.pick(['ab', '\r\n', '\u00e9']))
    : Buffer.from(random.pick(texts))
  const bytes = Buffer.concat([Buffer.from(prefix), payload])
  return Buffer.concat([Buffer.from(`${type}${bytes.length}${crlf}`), bytes, Buffer.from(crlf)])
}

/** Replies and pushes until there are so many bytes. */
export function randomStream(random: Random, length: number): Buffer {
  const pieces: Buffer[] = []
  for (let size = 0; size < length; ) {
    const isPush = random.below(10) === 0
    const piece = isPush ? randomPush(random) : randomReply(random, 6)
    pieces.push(piece)
    size += piece.length
  }
  return Buffer.concat(pieces)
}

function randomPush(random: Random): Buffer {
  const size = random.small(5)
  const items = Array.from({ length: size }, () => randomReply(random, 2))
  return Buffer.concat([Buffer.from(`>${size}${crlf}`), ...items])
}

const inserted = [
  '\r\n',
  '\r',
  '\n',
  '$',
  '*3\r\n',
  '*-1\r\n',
  '>1\r\n',
  '|1\r\n',
  '-',
  '9',
  '\0',
  '$5\r\n',
]

/** Some bytes changed, lost, doubled, or from elsewhere. */
export function mutate(random: Random, stream: Buffer): Buffer {
  let bytes = stream
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(bytes.length)
    const to = Math.min(bytes.length, at + 1 + random.small(40))
    switch (random.below(6)) {
      case 0:
        bytes = Buffer.from(bytes)
        bytes[at] = random.below(256)
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
        break
      case 3:
        bytes = bytes.subarray(0, at)
        break
      case 4:
        bytes = Buffer.from(bytes)
        // A digit is most often part of a length.
        for (let j = at; j < bytes.length; j++) {
          if (bytes[j]! < 0x30 || bytes[j]! > 0x39) continue
          bytes[j] = 0x30 + random.below(10)
          break
        }
        break
      default:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(random.pick(inserted)),
          bytes.subarray(at),
        ])
    }
    if (bytes.length === 0) return bytes
  }
  return bytes
}

/** Cuts anywhere; short pieces are frequent, and so is the end of a chunk behind a carriage return. */
export function* randomChunks(random: Random, bytes: Buffer): Generator<Buffer> {
  const longest = random.pick([3, 60, 2_000, 70_000])
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(bytes.length, at + 1 + random.below(longest))
    if (random.below(4) === 0) {
      const cut = bytes.indexOf('\r', at)
      if (cut !== -1 && cut < end) end = cut + 1
    }
    yield bytes.subarray(at, end)
    at = end
  }
}

// A getter of `globalThis` otherwise, at each use.
import { Buffer } from 'node:buffer'
import { isUint8Array } from 'node:util/types'

/** Arguments are written as they are: text as UTF-8. */
export type Argument = string | Uint8Array

const mostCached = 2000
const lineEnd = '\r\n'
const lengthLines: string[] = Array.from({ length: 1024 }, (_, n) => `\r\n$${n}\r\n`)
/** By name, then by the number of arguments. */
const heads = new Map<string, string[]>()

/**
 * One command on the wire: text if all its arguments are text. Few pieces make less garbage and are
 * faster put together when they are written: what repeats is kept. Bytes are copied: the caller may
 * change them afterwards.
 *
 * @throws TypeError for an argument that is neither text nor bytes
 */
export function encodeRequest(name: string, args: readonly Argument[]): string | Buffer {
  let text = head(name, args.length)
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (typeof arg !== 'string') return encodeBytes(name, args)
    const length = Buffer.byteLength(arg)
    text += (lengthLines[length] ?? `\r\n$${length}\r\n`) + arg
  }
  return text + lineEnd
}

function encodeBytes(name: string, args: readonly Argument[]): Buffer {
  const pieces: (string | Uint8Array)[] = [head(name, args.length)]
  for (const arg of args) {
    // Node.js's own error would tell the argument.
    if (typeof arg !== 'string' && !isUint8Array(arg)) {
      throw new TypeError(`An argument is of type ${typeof arg}: give a string or a Uint8Array`)
    }
    pieces.push(`\r\n$${Buffer.byteLength(arg)}\r\n`, arg)
  }
  pieces.push(lineEnd)
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const piece of pieces) {
    if (typeof piece === 'string') at += bytes.write(piece, at)
    else {
      bytes.set(piece, at)
      at += piece.length
    }
  }
  return bytes
}

function head(name: string, count: number): string {
  const known = heads.get(name)
  const text = known?.[count] ?? `*${count + 1}\r\n$${Buffer.byteLength(name)}\r\n${name}`
  if (known !== undefined) {
    if (count < 16) known[count] = text
  } else if (heads.size < mostCached) {
    // Callers may make names up; the map must not grow with them.
    heads.set(name, [])
  }
  return text
}

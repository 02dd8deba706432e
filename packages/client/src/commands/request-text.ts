// A getter of `globalThis` otherwise, at each use.
import { Buffer } from 'node:buffer'

const mostCached = 2000
const lineEnd = '\r\n'
const lengthLines: string[] = Array.from({ length: 1024 }, (_, n) => `\r\n$${n}\r\n`)
/** By name, then by the number of arguments. */
const heads = new Map<string, string[]>()

/**
 * The RESP text of a command all of whose arguments are strings. Few pieces make less garbage and are
 * faster put together when they are written: what repeats is kept.
 */
export function requestText(name: string, args: readonly string[]): string {
  let text = head(name, args.length)
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    const length = Buffer.byteLength(arg)
    text += (lengthLines[length] ?? `\r\n$${length}\r\n`) + arg
  }
  return text + lineEnd
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

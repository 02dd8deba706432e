import type { ReadStream } from 'node:tty'

/** What a key asks for. */
export type Key =
  | {
      readonly do:
        | 'crash'
        | 'freeze'
        | 'planned'
        | 'restore'
        | 'next'
        | 'previous'
        | 'quit'
        | 'open'
        | 'terminal'
    }
  | { readonly do: 'pick'; readonly index: number }
  | { readonly do: 'interrupt' }

const keys: Readonly<Record<string, Key>> = {
  c: { do: 'crash' },
  f: { do: 'freeze' },
  p: { do: 'planned' },
  r: { do: 'restore' },
  q: { do: 'quit' },
  o: { do: 'open' },
  t: { do: 'terminal' },
  '\t': { do: 'next' },
  '\u001b[B': { do: 'next' },
  '\u001b[C': { do: 'next' },
  '\u001b[A': { do: 'previous' },
  '\u001b[D': { do: 'previous' },
  // In raw mode Ctrl-C is a character and no signal.
  '\u0003': { do: 'interrupt' },
}

/** The keys in what the terminal sent; other characters mean nothing. */
export function parseKeys(input: string): Key[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: arrow keys begin with ESC
  const parts = input.match(/\u001b\[[A-Z]|[^\u001b]/g) ?? []
  return parts.flatMap((part) => {
    if (/^[1-9]$/.test(part)) return { do: 'pick', index: Number(part) - 1 }
    return keys[part.toLowerCase()] ?? keys[part] ?? []
  })
}

/** Reads single keys from the terminal until it is closed. */
export class Keyboard {
  readonly #input: ReadStream
  readonly #listener: (input: Buffer) => void

  constructor(input: ReadStream, onKey: (key: Key) => void) {
    this.#input = input
    this.#listener = (chunk) => {
      for (const key of parseKeys(chunk.toString())) onKey(key)
    }
    input.setRawMode(true)
    input.on('data', this.#listener)
    input.resume()
  }

  close(): void {
    this.#input.off('data', this.#listener)
    this.#input.setRawMode(false)
    this.#input.pause()
  }
}

/**
 * Bytes of memory, as V8 takes them in Node.js 20 to 26 (64 bits, no compressed pointers); measured by
 * `packages/client/test/cache-memory.test.ts`.
 */

/** Of a string: its head, and its characters in whole words. */
export function textBytes(text: string): number {
  const { length } = text
  // Anything but ASCII may take two bytes a character.
  const bytes = Buffer.byteLength(text) === length ? length : length * 2
  return 24 + ((bytes + 7) & ~7)
}

/** Of a key and its first reading: its place in the index with the room that it leaves free, and itself. */
export const entryBytes = 208

/** Of each further reading of a key: itself, and its place in the table of the key. */
export const readingBytes = 208

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

/** Of a key: its entry, and its place in the index with the room that it leaves free. */
export const entryBytes = 176

/** Of a command whose reply is kept, or under way, beside the value. */
export const readingBytes = 80

/** Of a place in a key's own table of commands, when there are several. */
export const variantBytes = 96

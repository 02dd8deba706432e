const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/** MurmurHash3_x86_32 of the bytes: an unsigned 32-bit integer, the same on every platform. */
export function murmur3(bytes: Uint8Array, seed: number): number {
  const length = bytes.length
  const tail = length & ~3
  let hash = seed | 0
  for (let i = 0; i < tail; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    hash ^= scramble(block)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = length - 1; i >= tail; i--) rest = (rest << 8) | bytes[i]!
  hash ^= scramble(rest) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(block: number): number {
  const product = Math.imul(block, C1)
  return Math.imul((product << 15) | (product >>> 17), C2)
}

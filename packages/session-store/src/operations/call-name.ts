import { randomBytes } from 'node:crypto'

/** 48 bits, of this process or thread. */
const ORIGIN = randomBytes(6).toString('base64url')
/** Of its calls: 2^31 follow each other before one comes back. */
const LENGTH = 6
let count = 0

/** Names a save. Only the last few of a session are remembered: among those no two have the same. */
export function nextCall(): string {
  count = (count + 1) % 36 ** LENGTH
  return ORIGIN + count.toString(36).padStart(LENGTH, '0')
}

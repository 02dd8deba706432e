import type { Link } from './link.js'
import type { StreamFault } from './tcp-proxy.js'

/** Each link passes that many bytes and is then reset; `bytes` is asked for each link. */
export function resetAfter(bytes: () => number): StreamFault {
  return afterBytes(bytes, (link) => link.reset())
}

/** Each link passes that many bytes and is then closed in order, in the middle of a reply. */
export function truncateAfter(bytes: () => number): StreamFault {
  return afterBytes(bytes, (link) => link.end())
}

/** Between two chunks of replies, after that many bytes, each link says something that is no RESP. */
export function garbageAfter(bytes: () => number, garbage: Buffer): StreamFault {
  return () => {
    let left = bytes()
    let isDone = false
    return (chunk) => {
      if (isDone) return chunk
      left -= chunk.length
      // At the end of a chunk a reply ends: the server writes whole replies.
      if (left > 0) return chunk
      isDone = true
      return Buffer.concat([chunk, garbage])
    }
  }
}

/** Text in replies is replaced; lengths of bulk strings are the caller's to keep right. */
export function rewrite(change: (text: string) => string): StreamFault {
  return () => (chunk) => Buffer.from(change(chunk.toString('latin1')), 'latin1')
}

function afterBytes(bytes: () => number, end: (link: Link) => void): StreamFault {
  return (link) => {
    let left = bytes()
    return (chunk) => {
      if (left < 0) return Buffer.alloc(0)
      left -= chunk.length
      if (left > 0) return chunk
      const passed = chunk.subarray(0, chunk.length + left)
      left = -1
      // The last bytes leave first.
      setImmediate(() => end(link))
      return passed
    }
  }
}

import type { StreamMessage } from '../../src/web/sections.js'
import { receive, setLink } from './store.js'

/** ms without a message after which the server counts as lost; ten come in a second. */
const patience = 2_500
/** ms before a stream that the browser has given up is opened again. */
const retryAfter = 1_000

/** Keeps the stream open, whatever becomes of the server. */
export function followStream(): void {
  let last = Date.now()
  let isLive = false
  const open = () => {
    const source = new EventSource('/api/events')
    source.onmessage = ({ data }) => {
      last = Date.now()
      receive(JSON.parse(data) as StreamMessage)
      if (!isLive) setLink({ state: 'live' })
      isLive = true
    }
    source.onerror = () => {
      // Else the browser is trying again by itself.
      if (source.readyState === EventSource.CLOSED) setTimeout(open, retryAfter)
    }
  }
  open()
  setInterval(() => {
    if (Date.now() - last < patience) return
    isLive = false
    setLink({ state: 'lost', since: last })
  }, 500)
}

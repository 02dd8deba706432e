import type { LogEvent } from '../../../src/event-log.js'
import { clock } from '../format.js'
import { useNumbered } from '../store.js'

/** What happened, the newest first. */
export function Events() {
  const events = useNumbered<LogEvent>('event:')
  return (
    <section class="panel events" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <ol tabIndex={0} aria-labelledby="events-title">
        {[...events].reverse().map(({ at, text }) => (
          <li key={`${at}${text}`}>
            <time class="number quiet">{clock(at)}</time> {text}
          </li>
        ))}
      </ol>
    </section>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { seconds } from '../format.js'
import { useLink } from '../store.js'

/** One line that says that what is seen is old. */
export function LostBanner() {
  const link = useLink()
  const [now, setNow] = useState(Date.now)
  const isLost = link.state === 'lost'
  useEffect(() => {
    if (!isLost) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [isLost])
  return (
    <div role="alert" class={isLost ? 'lost' : ''}>
      {link.state === 'lost' &&
        `The demo does not answer. What you see is ${seconds(Math.max(0, now - link.since))} old; trying again by itself.`}
    </div>
  )
}

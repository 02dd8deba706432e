import type { SessionMiddleware, SessionRequest } from './middleware.js'
import type { SessionBinding } from './session-binding.js'

/** @internal See `DisredisStore.saveFirst`. */
export function saveFirstMiddleware(binding: SessionBinding): SessionMiddleware {
  return (req, res, next) => {
    const end = res.end
    let isHeld = false
    res.end = ((...args: Parameters<typeof end>) => {
      if (isHeld) return res
      // An error response promises nothing: express-session saves what there is while it is sent.
      const isPromise = res.statusCode < 400 && !res.headersSent
      if (!isPromise || !isWorthSaving(req, binding)) return end.apply(res, args)
      isHeld = true
      const { session } = req
      session.save((error: unknown) => {
        isHeld = false
        res.end = end
        // Whatever is sent now, an error too, has no touch to wait for.
        binding.trace(session, { ...binding.traceOf(session), isFresh: true })
        if (error) next(error)
        else end.apply(res, args)
      })
      return res
    }) as typeof end
    next()
  }
}

/**
 * A session that was never stored and has nothing in it is left to `saveUninitialized`; one that is
 * stored as it is needs nothing.
 */
function isWorthSaving({ session, sessionID }: SessionRequest, binding: SessionBinding): boolean {
  if (!session) return false
  return binding.traceOf(session).handle === undefined
    ? Object.keys(session).length > 1
    : binding.isDue(sessionID, session)
}

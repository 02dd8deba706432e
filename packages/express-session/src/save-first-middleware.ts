import { answerCallback } from '@disredis/session-store/adapter'
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
      if (!isPromise || isNothing(req, binding)) return end.apply(res, args)
      const { session, sessionID } = req
      const saving = binding.save(sessionID, session)
      isHeld = saving instanceof Promise
      answerCallback(saving, (error) => {
        isHeld = false
        res.end = end
        if (error) {
          binding.refuse(session)
          next(error)
        } else binding.asSettled(session, () => end.apply(res, args))
      })
      return res
    }) as typeof end
    next()
  }
}

/** A session that was never stored and has nothing in it is left to `saveUninitialized`. */
function isNothing({ session }: SessionRequest, binding: SessionBinding): boolean {
  if (!session) return true
  return binding.traceOf(session).handle === undefined && Object.keys(session).length <= 1
}

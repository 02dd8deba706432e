import type { LockOptions, SessionLock, SessionStore } from '@disredis/session-store'
import { answerCallback } from '@disredis/session-store/adapter'
import type { SessionMiddleware, SessionRequest } from './middleware.js'
import type { SessionBinding } from './session-binding.js'
import type { StoredSession } from './store-options.js'

/** @internal See `DisredisStore.lock`. */
export function lockMiddleware(
  sessions: SessionStore<StoredSession>,
  binding: SessionBinding,
  options?: LockOptions,
): SessionMiddleware {
  return (req, res, next) => {
    const { isStored, lock: held } = binding.traceOf(req.session)
    if (!isStored || held !== undefined) {
      next()
      return
    }
    const acquire = async () => {
      const lock = await sessions.lock(req.sessionID, options)
      const end = res.end
      res.end = ((...args: Parameters<typeof end>) => {
        const ended = end.apply(res, args)
        // express-session has begun to save by now, if there is something to save.
        void binding.settled(req.session).then(() => release(lock))
        return ended
      }) as typeof end
      await reload(req)
      binding.trace(req.session, { ...binding.traceOf(req.session), lock })
    }
    answerCallback(acquire(), (error) => next(error ?? undefined))
  }
}

function reload({ session }: SessionRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    session.reload((error: unknown) => (error ? reject(error) : resolve()))
  })
}

async function release(lock: SessionLock): Promise<void> {
  try {
    await lock.release()
  } catch {
    // It ends by itself when its life is over.
  }
}

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
      const end = () => {
        // The session may be about to be saved.
        void binding.settled(req.session).then(() => release(lock))
      }
      // Also if the client has gone away, and nobody ends the response.
      if (res.destroyed || res.closed) end()
      else res.once('close', end)
      await reload(req, binding)
      binding.trace(req.session, { ...binding.traceOf(req.session), lock })
    }
    answerCallback(acquire(), (error) => next(error ?? undefined))
  }
}

/** @internal See `DisredisStore.fresh`. */
export function freshMiddleware(binding: SessionBinding): SessionMiddleware {
  return (req, _res, next) => {
    const { isStored } = binding.traceOf(req.session)
    if (isStored) answerCallback(reload(req, binding), (error) => next(error ?? undefined))
    else next()
  }
}

/** As Redis has it: others may have changed it a moment ago. */
function reload({ session }: SessionRequest, binding: SessionBinding): Promise<void> {
  return new Promise((resolve, reject) => {
    binding.freshly(() => session.reload((error: unknown) => (error ? reject(error) : resolve())))
  })
}

async function release(lock: SessionLock): Promise<void> {
  try {
    await lock.release()
  } catch {
    // It ends by itself when its life is over.
  }
}

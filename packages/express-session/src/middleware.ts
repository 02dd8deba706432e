import type { ServerResponse } from 'node:http'
import type { Store } from 'express-session'

/** A request behind express-session. Those of Express 4 and 5 fit. */
export type SessionRequest = Express.Request

/** What `app.use` and routes take, in Express 4 and 5. */
export type SessionMiddleware = (
  req: SessionRequest,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** @internal The request as `Store` declares it. */
export type StoreRequest = Parameters<Store['createSession']>[0]

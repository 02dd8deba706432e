import { Session } from './express-session-classes.js'
import type { StoreRequest } from './middleware.js'
import { SessionEnds } from './session-ends.js'

type Callback = ((error: unknown) => void) | undefined

/** A session whose end, or new beginning, the response of its request waits for. */
export class RequestSession extends Session {
  static {
    // As with express-session's own methods: `for ... in` does not show them.
    Object.defineProperty(RequestSession.prototype, 'constructor', { enumerable: false })
  }

  override destroy(callback?: Callback): this {
    return super.destroy(noted(this.req, callback))
  }

  override regenerate(callback: Callback): this {
    return super.regenerate(noted(this.req, callback) as (error: unknown) => void)
  }
}

function noted(req: StoreRequest, callback: Callback): (error: unknown) => void {
  const ended = SessionEnds.begin(req)
  return (error) => {
    ended(error)
    callback?.(error)
  }
}

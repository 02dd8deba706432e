import type { ServerResponse } from 'node:http'

type Response = Pick<ServerResponse, 'cork' | 'uncork' | 'writableEnded'>

/** What leads from a session to its response: express-session keeps the request, Express the response. */
interface OfRequest {
  readonly req?: { readonly res?: Response | undefined } | undefined
}

/**
 * Keeps back what the session's response writes while the session is being saved. express-session would
 * send the head and all but the last byte meanwhile: a browser that follows a redirect at once would
 * meet the session as it was before.
 *
 * @returns lets it go; undefined if the response is not known.
 */
export function holdResponse(session: object): (() => void) | undefined {
  const res = (session as OfRequest).req?.res
  if (typeof res?.cork !== 'function') return undefined
  res.cork()
  return () => {
    // Its end has let all of it go.
    if (!res.writableEnded) res.uncork()
  }
}

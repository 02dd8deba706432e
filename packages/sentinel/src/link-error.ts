import { DisredisError } from './disredis-error.js'
import { SentinelConnectionError, SentinelReplyError, SentinelTlsError } from './errors.js'
import { refusalOf } from './read-reply.js'

/** How far a link had come when it failed. */
export type LinkPhase = 'connecting' | 'securing' | 'greeting' | 'open'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'reset the connection',
  EHOSTUNREACH: 'is not reachable',
  ENETUNREACH: 'is not reachable',
  ENOTFOUND: 'has a host name that does not exist',
  EAI_AGAIN: 'has a host name that cannot be resolved now',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'could not be reached in time',
}

/** The typed error for what ended a link; `error` is undefined when it was closed without one. */
export function linkError(error: Error | undefined, phase: LinkPhase): DisredisError {
  if (error === undefined) return closedError(phase)
  if (error instanceof DisredisError) return error
  const { code } = error as NodeJS.ErrnoException
  if (isTlsError(code, phase)) {
    return new SentinelTlsError(`TLS failed: ${error.message} (${code})`, { cause: error })
  }
  if (code !== undefined) {
    const reason = reasons[code] ?? `could not be reached: ${error.message}`
    return new SentinelConnectionError(`${reason} (${code})`, { cause: error, retryable: true })
  }
  // ioredis keeps the arguments of a refused command, and with them the password, on its errors.
  return (
    (isReply(error) && refusalOf(error)) ||
    new SentinelReplyError(`does not speak RESP: ${error.message}`)
  )
}

function closedError(phase: LinkPhase): DisredisError {
  const reasons: Record<LinkPhase, string> = {
    connecting: 'closed the connection',
    securing: 'closed the connection during the TLS handshake',
    greeting: 'closed the connection without an answer; does it expect TLS?',
    open: 'closed the connection',
  }
  return new SentinelConnectionError(reasons[phase], { retryable: true })
}

function isTlsError(code: string | undefined, phase: LinkPhase): boolean {
  if (code === undefined || code === 'ECONNRESET') return false
  return phase === 'securing' || /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/u.test(code)
}

function isReply(error: Error): boolean {
  return error.name === 'ReplyError'
}

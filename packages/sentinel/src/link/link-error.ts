import { DisredisError } from '@disredis/connection'
import { SentinelConnectionError, SentinelReplyError, SentinelTlsError } from '../errors.js'
import { refusalOf } from '../protocol/read-reply.js'

/** How far a link had come when it failed. */
export type LinkPhase = 'connecting' | 'securing' | 'greeting' | 'greetingOverTls' | 'open'

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

/** What a connection that ends before the first answer suggests. */
const hints: Partial<Record<LinkPhase, string>> = {
  greeting: ' without an answer; does it expect TLS?',
  greetingOverTls: ' without an answer; does it want a client certificate?',
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
    const text = `${reason} (${code})${hints[phase] ?? ''}`
    return new SentinelConnectionError(text, { cause: error, retryable: true })
  }
  // ioredis keeps the arguments of a refused command, and with them the password, on its errors.
  return (
    (isReply(error) && refusalOf(error)) ||
    new SentinelReplyError(`does not speak RESP: ${error.message}`)
  )
}

function closedError(phase: LinkPhase): DisredisError {
  const when = phase === 'securing' ? ' during the TLS handshake' : ''
  const text = `closed the connection${when}${hints[phase] ?? ''}`
  return new SentinelConnectionError(text, { retryable: true })
}

function isTlsError(code: string | undefined, phase: LinkPhase): boolean {
  if (code === undefined || code === 'ECONNRESET') return false
  return phase === 'securing' || /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/u.test(code)
}

function isReply(error: Error): boolean {
  return error.name === 'ReplyError'
}

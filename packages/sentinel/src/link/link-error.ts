import {
  type ConnectionLostError,
  type DialError,
  type DialStage,
  type DisredisError,
  ProtocolError,
  ReplyError,
} from '@disredis/connection'
import {
  NotASentinelError,
  SentinelConnectionError,
  SentinelReplyError,
  SentinelTlsError,
} from '../errors.js'
import { refusalOf } from '../protocol/read-reply.js'

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

/** The typed error for a dial that failed. */
export function dialFailure({ cause, stage }: DialError, isTls: boolean): DisredisError {
  return failure(cause, stage, isTls)
}

/** The typed error for the end of a link that was ready. */
export function lossFailure({ cause }: ConnectionLostError): DisredisError {
  return failure(cause, 'ready', false)
}

/** @param cause undefined: it was closed without an error */
function failure(cause: unknown, stage: DialStage | 'ready', isTls: boolean): DisredisError {
  // What a connection that ends before the first answer suggests.
  const hint =
    stage !== 'handshake'
      ? ''
      : ` without an answer; does it ${isTls ? 'want a client certificate?' : 'expect TLS?'}`
  if (!(cause instanceof Error)) {
    const when = stage === 'tls' ? ' during the TLS handshake' : ''
    return new SentinelConnectionError(`closed the connection${when}${hint}`, { retryable: true })
  }
  if (cause instanceof ProtocolError) {
    return new SentinelReplyError(`does not speak RESP3: ${cause.message}`, { cause })
  }
  if (cause instanceof ReplyError) return refusalOfHandshake(cause)
  const { code } = cause as NodeJS.ErrnoException
  if (isTlsError(code, stage)) {
    const detail = code === undefined ? '' : ` (${code})`
    return new SentinelTlsError(`TLS failed: ${cause.message}${detail}`, { cause })
  }
  const reason = reasons[code ?? ''] ?? `could not be reached: ${cause.message}`
  const text = `${reason}${code === undefined ? '' : ` (${code})`}${hint}`
  return new SentinelConnectionError(text, { cause, retryable: true })
}

/** HELLO and SUBSCRIBE are known to every Sentinel that can be watched. */
function refusalOfHandshake(error: ReplyError): DisredisError {
  // The connection says what is needed; its cause is what the server said.
  const { message } = error.cause instanceof Error ? error.cause : error
  if (/^ERR unknown command\b/iu.test(message)) {
    return new NotASentinelError('does not know HELLO; a Sentinel of Redis 6.2 or newer is needed')
  }
  if (/^NOPROTO\b|\bRESP3\b/u.test(message)) {
    return new SentinelReplyError('does not speak RESP3; Redis 6.2 or newer is needed')
  }
  return refusalOf(error)!
}

function isTlsError(code: string | undefined, stage: DialStage | 'ready'): boolean {
  if (code === 'ECONNRESET') return false
  return stage === 'tls' || /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/u.test(code ?? '')
}

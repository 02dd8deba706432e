import {
  ConnectionLostError,
  DialError,
  DisredisError,
  ProtocolError,
  ReplyError,
} from '@disredis/connection'
import { expect, test } from 'vitest'
import * as errors from './errors.js'
import { dialFailure, lossFailure } from './link/link-error.js'
import { locateError } from './link/locate-error.js'

const where = { host: '10.0.0.1', port: 26379 }

test('every error is a DisredisError with a code and a name of its own', () => {
  const classes = Object.values(errors)
  type AnyClass = new (...first: never[]) => DisredisError
  const all = classes.map((Class) => new (Class as AnyClass)(...([[], []] as never[])))
  for (const [index, error] of all.entries()) {
    expect(error).toBeInstanceOf(DisredisError)
    expect(error.name).toBe(classes[index]!.name)
    expect(error.mayHaveExecuted).toBe(false)
    expect(error.code).toMatch(/^DISREDIS_[A-Z_]+$/)
  }
  expect(new Set(all.map(({ code }) => code)).size).toBe(classes.length)
})

test('an error has shard, address and cause only where it is about one', () => {
  const bare = new errors.ClosedError('x')
  expect('shard' in bare || 'address' in bare || 'cause' in bare).toBe(false)
  const full = new errors.SentinelReplyError('x', { shard: 's', address: 'h:1', cause: 5 })
  expect(full).toMatchObject({ shard: 's', address: 'h:1', cause: 5 })
})

test('SentinelsUnreachableError shows every address with its cause', () => {
  const causes = [new Error('h1:1: refuses'), new Error('h2:1: wrong password')]
  const error = new errors.SentinelsUnreachableError(causes)
  expect(error.message).toContain('\n  h1:1: refuses\n  h2:1: wrong password')
  expect(error.errors).toEqual(causes)
  expect((error.cause as AggregateError).errors).toEqual(causes)
})

test('an error gets the address of its Sentinel once', () => {
  const error = locateError(new errors.NotASentinelError('is a data node'), where)
  expect(error).toBeInstanceOf(errors.NotASentinelError)
  expect(error).toMatchObject({
    message: '10.0.0.1:26379: is a data node',
    address: '10.0.0.1:26379',
  })
  expect(locateError(error, { host: 'other', port: 1 })).toBe(error)
  expect(locateError(new Error('odd'), where)).toBeInstanceOf(errors.SentinelConnectionError)
})

const system = (message: string, code?: string) =>
  Object.assign(new Error(message), code !== undefined && { code })

test.each([
  [system('x', 'ECONNREFUSED'), 'connect', errors.SentinelConnectionError, 'refuses'],
  [system('x', 'ENOTFOUND'), 'connect', errors.SentinelConnectionError, 'does not exist'],
  [system('odd', 'EODD'), 'connect', errors.SentinelConnectionError, 'odd (EODD)'],
  [system('no code'), 'connect', errors.SentinelConnectionError, 'reached: no code'],
  [undefined, 'handshake', errors.SentinelConnectionError, 'does it expect TLS?'],
  [undefined, 'tls', errors.SentinelConnectionError, 'during the TLS handshake'],
  [system('expired', 'CERT_HAS_EXPIRED'), 'tls', errors.SentinelTlsError, 'expired'],
  [system('a key that is none'), 'tls', errors.SentinelTlsError, 'a key that is none'],
  [system('x', 'ERR_SSL_TLSV13_ALERT'), 'handshake', errors.SentinelTlsError, 'TLS failed'],
  [system('x', 'ECONNRESET'), 'tls', errors.SentinelConnectionError, 'reset'],
  [
    new ReplyError('WRONGPASS invalid username-password pair'),
    'handshake',
    errors.SentinelAuthError,
    'refused the user name or the password',
  ],
  [
    new ReplyError('NOAUTH HELLO must be called with'),
    'handshake',
    errors.SentinelAuthError,
    'asks for a password, but none was given',
  ],
  [
    new ReplyError('NOPERM No permissions to access a channel'),
    'handshake',
    errors.SentinelAuthError,
    'lacks a permission on the Sentinel: NOPERM',
  ],
  [
    new ReplyError('NOPROTO unsupported protocol version'),
    'handshake',
    errors.SentinelReplyError,
    'does not speak RESP3; Redis 6.2 or newer is needed',
  ],
  [
    new ReplyError("ERR unknown command 'HELLO'"),
    'handshake',
    errors.NotASentinelError,
    'does not know HELLO; a Sentinel of Redis 6.2 or newer is needed',
  ],
  [
    new ProtocolError('The server sent something that is not RESP3: a reply of type 72'),
    'handshake',
    errors.SentinelReplyError,
    'does not speak RESP3: The server sent',
  ],
] as const)(
  'a dial that ends with %s in the %s becomes a typed error',
  (cause, stage, type, text) => {
    const typed = dialFailure(new DialError('x', stage, { cause }), false)
    expect(typed).toBeInstanceOf(type)
    expect(typed.message).toContain(text)
  },
)

test.each([undefined, system('x', 'EPIPE')])(
  'a dial over TLS that ends with %s asks for a certificate',
  (cause) => {
    const typed = dialFailure(new DialError('x', 'handshake', { cause }), true)
    expect(typed).toBeInstanceOf(errors.SentinelConnectionError)
    expect(typed.message).toContain('does it want a client certificate?')
  },
)

test.each([
  [undefined, errors.SentinelConnectionError, /^closed the connection$/],
  [
    system('x', 'ECONNRESET'),
    errors.SentinelConnectionError,
    /^reset the connection \(ECONNRESET\)$/,
  ],
  [new ProtocolError('surplus'), errors.SentinelReplyError, /^does not speak RESP3: surplus$/],
] as const)('a link that ends with %s becomes a typed error', (cause, type, text) => {
  const typed = lossFailure(new ConnectionLostError('x', { cause }))
  expect(typed).toBeInstanceOf(type)
  expect(typed.message).toMatch(text)
})

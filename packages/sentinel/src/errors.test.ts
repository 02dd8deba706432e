import { inspect } from 'node:util'
import { DisredisError, withoutArguments } from '@disredis/connection'
import { expect, test } from 'vitest'
import * as errors from './errors.js'
import { linkError } from './link/link-error.js'
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

function failure(message: string, code?: string, name = 'Error') {
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) })
}

test.each([
  [failure('x', 'ECONNREFUSED'), 'connecting', errors.SentinelConnectionError, 'refuses'],
  [failure('x', 'ENOTFOUND'), 'connecting', errors.SentinelConnectionError, 'does not exist'],
  [failure('odd', 'EODD'), 'connecting', errors.SentinelConnectionError, 'odd (EODD)'],
  [undefined, 'greeting', errors.SentinelConnectionError, 'does it expect TLS?'],
  [undefined, 'securing', errors.SentinelConnectionError, 'during the TLS handshake'],
  [undefined, 'greetingOverTls', errors.SentinelConnectionError, 'want a client certificate?'],
  [failure('x', 'EPIPE'), 'greetingOverTls', errors.SentinelConnectionError, 'certificate?'],
  [undefined, 'open', errors.SentinelConnectionError, 'closed the connection'],
  [failure('expired', 'CERT_HAS_EXPIRED'), 'securing', errors.SentinelTlsError, 'expired'],
  [failure('x', 'ERR_SSL_TLSV13_ALERT'), 'greeting', errors.SentinelTlsError, 'TLS failed'],
  [failure('x', 'ECONNRESET'), 'securing', errors.SentinelConnectionError, 'reset'],
  [
    failure('WRONGPASS invalid username-password pair', undefined, 'ReplyError'),
    'greeting',
    errors.SentinelAuthError,
    'refused the user name or the password',
  ],
  [
    failure('NOAUTH HELLO must be called with', undefined, 'ReplyError'),
    'greeting',
    errors.SentinelAuthError,
    'asks for a password, and none was given',
  ],
  [
    failure('Unknown RESP type 72 "H"'),
    'greeting',
    errors.SentinelReplyError,
    'does not speak RESP',
  ],
] as const)('%s while %s becomes a typed error', (error, phase, type, message) => {
  const typed = linkError(error, phase)
  expect(typed).toBeInstanceOf(type)
  expect(typed.message).toContain(message)
})

test('no argument of a command stays on an error of ioredis', () => {
  const message = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'me' 'secret'"
  const error = Object.assign(new Error(message), { command: { name: 'hello', args: ['secret'] } })
  const clean = withoutArguments(error)
  expect(clean).toBe(error)
  expect(inspect(clean)).not.toContain('secret')
  expect(clean.message).toBe("ERR unknown command 'HELLO'")
})

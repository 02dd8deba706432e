import { expect, test, vi } from 'vitest'
import { SessionOptionError } from '../errors.js'
import { answerCallback, CookieWarning, refuseUnknownOptions, UserField } from './index.js'

test('a callback gets the value, or the error', async () => {
  const failure = new Error('no')
  const answers = [Promise.resolve(1), Promise.reject(failure)].map(
    (promise) =>
      new Promise<unknown[]>((resolve) => {
        answerCallback(promise, (...given) => resolve(given))
      }),
  )
  expect(await Promise.all(answers)).toEqual([[null, 1], [failure]])
  // Nobody waits for it: no unhandled rejection either, which would fail the run.
  answerCallback(Promise.reject(failure), undefined)
})

test('what is there already is answered at once, and once', () => {
  const callback = vi.fn(() => {
    throw new Error('thrown by the callback')
  })
  expect(() => answerCallback(1, callback)).toThrow('thrown by the callback')
  expect(callback.mock.calls).toEqual([[null, 1]])
  answerCallback(1, undefined)
})

test('what a callback throws is thrown once, outside of the promise', async () => {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve))
    const callback = vi.fn(() => {
      throw new Error('thrown by the callback')
    })
    answerCallback(Promise.resolve(1), callback)
    expect(await thrown).toEqual(new Error('thrown by the callback'))
    expect(callback).toHaveBeenCalledTimes(1)
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
})

test('what a callback returns is its own business', async () => {
  const rejected = Promise.reject(new Error('handled by whoever made it'))
  rejected.catch(() => undefined)
  const uncaught = vi.fn()
  process.on('uncaughtExceptionMonitor', uncaught)
  try {
    await new Promise<void>((resolve) => {
      answerCallback(Promise.resolve(1), () => {
        setImmediate(resolve)
        return rejected as never
      })
    })
    expect(uncaught).not.toHaveBeenCalled()
  } finally {
    process.off('uncaughtExceptionMonitor', uncaught)
  }
})

interface Data {
  userId?: string
  account?: { id: number }
  color?: string
}

test('the user is in the field `userId`, in another one, or where a function finds it', () => {
  expect(new UserField<Data>(undefined).userId({ userId: 'ada' })).toBe('ada')
  expect(new UserField<Data>('color').userId({ userId: 'ada', color: 'red' })).toBe('red')
  expect(new UserField<Data>(({ account }) => account?.id).userId({ account: { id: 7 } })).toBe(7)
  expect(new UserField<Data>(undefined).userId({})).toBeUndefined()
  // Neither inherited, nor anything that has no name of its own.
  expect(new UserField<object>('toString' as never).userId({})).toBeUndefined()
  expect(new UserField<Data>('account').userId({ account: { id: 7 } })).toBeUndefined()
})

test('a login says who it is in the way that the option reads', () => {
  const byName = new UserField<Data>(undefined)
  expect(byName.fieldsAtLogin('ada', { color: 'red' })).toEqual({ userId: 'ada', color: 'red' })
  const byFunction = new UserField<Data>(({ account }) => account?.id)
  expect(byFunction.fieldsAtLogin(7, { account: { id: 7 } })).toEqual({ account: { id: 7 } })
  expect(() => byFunction.fieldsAtLogin(7, {})).toThrow('Option userId does not find the user')
  expect(() => byFunction.fieldsAtLogin(7, { account: { id: 8 } })).toThrow(SessionOptionError)
})

test.each(['', Number.NaN, undefined, null, {}, true])('%s is no user id', (userId) => {
  const users = new UserField<Data>(undefined)
  expect(() => users.fieldsAtLogin(userId as string, {})).toThrow('A login takes a user id')
})

test.each([5, '', 'cookie', {}])('option userId: %j is refused', (option) => {
  const make = () => new UserField<Data>(option as never)
  expect(make).toThrow("it takes a field's name or a function")
})

test('a cookie without Secure or HttpOnly is warned of once, in production', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  try {
    new CookieWarning('').check({ secure: false } as object)
    vi.stubEnv('NODE_ENV', 'production')
    const warning = new CookieWarning('Set it.')
    warning.check(undefined)
    warning.check({ secure: true, httpOnly: true } as object)
    warning.check({ secure: 'auto', httpOnly: true } as object)
    expect(emitWarning).not.toHaveBeenCalled()
    warning.check({ secure: false, httpOnly: true } as object)
    warning.check({} as object)
    expect(emitWarning.mock.calls).toEqual([
      [
        'The session cookie is not Secure',
        { type: 'SecurityWarning', code: 'DISREDIS_INSECURE_COOKIE', detail: 'Set it.' },
      ],
    ])
  } finally {
    vi.unstubAllEnvs()
    emitWarning.mockRestore()
  }
})

test('options that the store does not have are refused', () => {
  refuseUnknownOptions({ sentinels: [], client: undefined, idleTimeout: 1, readFrom: 'master' })
  expect(() => refuseUnknownOptions({ idleTimout: 1 })).toThrow('Option idleTimout is unknown')
  const hints = { ttl: 'idleTimeout says it in ms' }
  expect(() => refuseUnknownOptions({ ttl: 60 }, hints)).toThrow(
    'Option ttl is unknown; idleTimeout says it in ms',
  )
  expect(() => refuseUnknownOptions({ toString: 1 }, hints)).toThrow(/unknown$/)
  for (const nothing of [undefined, null, 'redis://localhost']) {
    expect(() => refuseUnknownOptions(nothing)).toThrow('Give `sentinels: [...]`')
  }
})

import { expect, test } from 'vitest'
import { Deadline } from './deadline.js'
import { SessionDurabilityError, SessionUnavailableError } from './errors.js'

test('an operation that gets no answer rejects at its deadline', async () => {
  const start = performance.now()
  const error = await Deadline.run(50, () => new Promise(() => {})).catch((reason) => reason)
  expect(error).toBeInstanceOf(SessionUnavailableError)
  expect(error).toMatchObject({ retryable: true, mayHaveExecuted: true })
  expect(performance.now() - start).toBeGreaterThanOrEqual(49)
})

test('a command that Redis refuses for now is repeated', async () => {
  const answers = ['LOADING Redis is loading', "READONLY You can't write", undefined]
  const result = await Deadline.run(10_000, (deadline) =>
    deadline.attempt(async () => {
      const refusal = answers.shift()
      if (refusal !== undefined) throw new Error(refusal)
      return 'done'
    }),
  )
  expect(result).toBe('done')
})

test.each([
  ['a refusal for good', new Error('NOPERM this user has no permissions')],
  // Repeating it would find its own write and wait for nothing.
  ['missing durability', new SessionDurabilityError('0 of 1', { mayHaveExecuted: true })],
])('%s is not', async (_, refusal) => {
  let calls = 0
  const running = Deadline.run(10_000, (deadline) =>
    deadline.attempt(async () => {
      calls++
      throw refusal
    }),
  )
  await expect(running).rejects.toBe(refusal)
  expect(calls).toBe(1)
})

test('after the deadline nothing more is sent', async () => {
  let late: Promise<unknown> = Promise.resolve()
  let calls = 0
  const running = Deadline.run(20, async (deadline) => {
    await new Promise((resolve) => setTimeout(resolve, 60))
    late = deadline.attempt(async () => calls++)
    await late
  })
  await expect(running).rejects.toThrow(SessionUnavailableError)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await expect(late).rejects.toThrow(SessionUnavailableError)
  expect(calls).toBe(0)
})

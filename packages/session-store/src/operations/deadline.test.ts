import { expect, test } from 'vitest'
import { SessionDurabilityError, SessionUnavailableError } from '../errors.js'
import { Deadlines } from './deadline.js'

test('an operation that gets no answer rejects at its deadline', async () => {
  const start = performance.now()
  const error = await new Deadlines(50).run(() => new Promise(() => {})).catch((reason) => reason)
  expect(error).toBeInstanceOf(SessionUnavailableError)
  expect(error).toMatchObject({ retryable: true, mayHaveExecuted: true })
  expect(performance.now() - start).toBeGreaterThanOrEqual(49)
})

test('a command that Redis refuses for now is repeated', async () => {
  const answers = ['LOADING Redis is loading', "READONLY You can't write", undefined]
  const result = await new Deadlines(10_000).run((deadline) =>
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
  const running = new Deadlines(10_000).run((deadline) =>
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
  const running = new Deadlines(20).run(async (deadline) => {
    await new Promise((resolve) => setTimeout(resolve, 60))
    late = deadline.attempt(async () => calls++)
    await late
  })
  await expect(running).rejects.toThrow(SessionUnavailableError)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await expect(late).rejects.toThrow(SessionUnavailableError)
  expect(calls).toBe(0)
})

test('each operation has its own time, whatever runs beside it', async () => {
  const deadlines = new Deadlines(40)
  const never = () => new Promise<never>(() => {})
  const lives: number[] = []
  for (let i = 0; i < 6; i++) {
    const start = performance.now()
    // Others end meanwhile, so that the timer is not always that of the next one to end.
    await deadlines.run(() => new Promise((resolve) => setTimeout(resolve, 15)))
    void deadlines.run(never).catch(() => lives.push(performance.now() - start - 15))
  }
  await expect.poll(() => lives.length).toBe(6)
  for (const life of lives) expect(life).toBeGreaterThanOrEqual(38)
})

test('nothing keeps the process when no operation is under way', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length
  const before = timers()
  const deadlines = new Deadlines(60_000)
  await Promise.all([1, 2, 3].map((n) => deadlines.run(async () => n)))
  expect(timers()).toBe(before)
  const running = deadlines.run(() => new Promise<void>((resolve) => setImmediate(resolve)))
  expect(timers()).toBe(before + 1)
  await running
  expect(timers()).toBe(before)
})

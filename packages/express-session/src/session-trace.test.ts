import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { TracedSession } from './session-trace.js'

const { get, set } = TracedSession
const store = {}

test('an object has the trace that it was given last; what has none is not stored', () => {
  const [one, other] = [{}, Object.freeze({ views: 1 })]
  set(one, store, { isStored: true })
  set(other, store, { isStored: true, failedWrite: 'late' })
  set(one, store, { isStored: false, failure: 'no' })
  expect(get(one, store)).toEqual({ isStored: false, failure: 'no' })
  expect(get(other, store)).toEqual({ isStored: true, failedWrite: 'late' })
  for (const nothing of [{}, null, undefined]) {
    expect(get(nothing, store)).toEqual({ isStored: false })
  }
})

test('what one store knows of an object is nothing to another one', () => {
  const session = {}
  set(session, store, { isStored: true })
  expect(get(session, {})).toEqual({ isStored: false })
})

test('a trace is seen by nobody and copied by nobody', () => {
  const session = { views: 1 }
  set(session, store, { isStored: true })
  expect(Reflect.ownKeys(session)).toEqual(['views'])
  expect(inspect(session, { showHidden: true })).toBe('{ views: 1 }')
  for (const copy of [{ ...session }, Object.create(session), structuredClone(session)]) {
    expect(get(copy, store)).toEqual({ isStored: false })
  }
})

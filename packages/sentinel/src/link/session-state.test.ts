import { expect, test } from 'vitest'
import { checkMove } from './session-state.js'

test('a session is not connected without having said who it is', () => {
  expect(() => checkMove('connecting', 'connected')).toThrow(
    'cannot go from connecting to connected',
  )
})

test('a closed session stays closed', () => {
  expect(() => checkMove('closed', 'connecting')).toThrow('cannot go from closed to connecting')
})

import { expect, test } from 'vitest'
import { checkMove } from './session-state.js'

test('a session cannot be live without having said who it is', () => {
  expect(() => checkMove('dialing', 'live')).toThrow('cannot go from dialing to live')
})

test('a closed session stays closed', () => {
  expect(() => checkMove('closed', 'dialing')).toThrow('cannot go from closed to dialing')
})

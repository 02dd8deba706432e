import { expect, test } from 'vitest'
import { fieldsOf } from './reply.js'

test('a field list is read by name', () => {
  expect(fieldsOf(['flags', 'master', 'port', '1'])).toEqual(
    new Map([
      ['flags', 'master'],
      ['port', '1'],
    ]),
  )
  expect(fieldsOf(null).size).toBe(0)
})

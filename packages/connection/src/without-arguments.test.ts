import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { withoutArguments } from './without-arguments.js'

test.each([
  [
    "ERR unknown command 'NOSUCH', with args beginning with: 'secret' ",
    "ERR unknown command 'NOSUCH'",
  ],
  [
    "ERR Error in ACL SETUSER modifier '<secret': The password you are trying to remove from the user does not exist",
    'ERR Error in ACL SETUSER modifier: The password you are trying to remove from the user does not exist',
  ],
  [
    "ERR Error in ACL SETUSER modifier '>it's a secret: ': Syntax error",
    'ERR Error in ACL SETUSER modifier: Syntax error',
  ],
  ['WRONGTYPE Operation against a key', 'WRONGTYPE Operation against a key'],
])('%s tells no secret', (said, told) => {
  const error = Object.assign(new Error(said), { command: { name: 'set', args: ['secret'] } })
  expect(withoutArguments(error)).toBe(error)
  expect(error.message).toBe(told)
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('secret')
})

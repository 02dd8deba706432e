import { expect, test } from 'vitest'
import * as exported from './index.js'

test('the package exports exactly this', () => {
  expect(Object.keys(exported).sort()).toMatchInlineSnapshot(`
    [
      "FRAMEWORK_NAMES",
      "OPERATION_CHANNEL",
      "SessionConflictError",
      "SessionDurabilityError",
      "SessionIdError",
      "SessionInvalidError",
      "SessionLockError",
      "SessionOptionError",
      "SessionPartialError",
      "SessionStore",
      "SessionStoreClosedError",
      "SessionStoreError",
      "SessionTooLargeError",
      "SessionUnauthenticError",
      "SessionUnavailableError",
      "SessionUndecodableError",
      "checkSessionId",
    ]
  `)
})

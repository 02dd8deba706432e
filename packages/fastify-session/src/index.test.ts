import { expect, test } from 'vitest'
import * as exported from './index.js'

test('the package exports exactly this', () => {
  expect(Object.keys(exported).sort()).toMatchInlineSnapshot(`
    [
      "DisredisStore",
      "OPERATION_CHANNEL",
      "SessionConflictError",
      "SessionDurabilityError",
      "SessionIdError",
      "SessionInvalidError",
      "SessionLockError",
      "SessionOptionError",
      "SessionPartialError",
      "SessionStoreClosedError",
      "SessionStoreError",
      "SessionTooLargeError",
      "SessionUnavailableError",
      "SessionUndecodableError",
      "default",
      "disredisSession",
    ]
  `)
})

test('the plugin is the default export', () => {
  expect(exported.default).toBe(exported.disredisSession)
})

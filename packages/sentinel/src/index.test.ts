import { expect, test } from 'vitest'
import * as sentinel from './index.js'

test('the package exports these names', () => {
  expect(Object.keys(sentinel).sort()).toMatchInlineSnapshot(`
    [
      "ClosedError",
      "DisredisError",
      "InvalidAddressError",
      "InvalidOptionError",
      "MastersDisagreeError",
      "NotASentinelError",
      "SENTINEL_CHANNEL",
      "SentinelAuthError",
      "SentinelConnectionError",
      "SentinelReplyError",
      "SentinelTimeoutError",
      "SentinelTlsError",
      "SentinelWatcher",
      "SentinelsUnreachableError",
      "UnknownMasterError",
      "acquireWatcher",
      "formatAddress",
      "isSameAddress",
      "parseSentinels",
      "systemRuntime",
      "translateAddress",
      "withoutArguments",
    ]
  `)
})

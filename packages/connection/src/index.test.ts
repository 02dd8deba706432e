import { expect, test } from 'vitest'
import * as connection from './index.js'

test('the package exports these names', () => {
  expect(Object.keys(connection).sort()).toMatchInlineSnapshot(`
    [
      "Connection",
      "ConnectionLostError",
      "DIAL_CHANNEL",
      "DialError",
      "DisredisError",
      "Fifo",
      "ProtocolError",
      "ReplyError",
      "ReplyReader",
      "defaultReplyLimits",
      "diagnosticChannel",
      "dial",
      "encodeRequest",
      "formatAddress",
      "isSameAddress",
      "openSocket",
      "systemRuntime",
      "withoutArguments",
    ]
  `)
})

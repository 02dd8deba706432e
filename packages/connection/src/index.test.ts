import { expect, test } from 'vitest'
import * as connection from './index.js'

test('the package exports these names', () => {
  expect(Object.keys(connection).sort()).toMatchInlineSnapshot(`
    [
      "Connection",
      "ConnectionLostError",
      "DialError",
      "DisredisError",
      "Fifo",
      "ProtocolError",
      "ReplyError",
      "ReplyReader",
      "defaultReplyLimits",
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

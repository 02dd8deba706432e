import type { DisredisOptions } from '@disredis/client'
import { expectTypeOf, test } from 'vitest'
import type { CLIENT_OPTIONS } from './session-client.js'

test('every option of a Disredis client is passed on', () => {
  expectTypeOf<(typeof CLIENT_OPTIONS)[number]>().toEqualTypeOf<keyof DisredisOptions>()
})

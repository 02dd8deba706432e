import type { SessionData as ExpressSessionData } from 'express-session'
import { expectTypeOf, test } from 'vitest'
import type { LoadedSession, SessionInput, SessionPolicy } from './index.js'

interface Declared extends ExpressSessionData {
  user: string
  views: number
}
type Data = Partial<Omit<Declared, 'cookie'>>

/** As Fastify's `Session` is declared. */
interface FastifySession {
  cookie: { originalMaxAge: number | null; expires?: Date | null; secure?: boolean | 'auto' }
  user?: string
}

test('the session types of the frameworks fit as they are', () => {
  expectTypeOf<Declared>().toExtend<SessionInput<Data>>()
  expectTypeOf<FastifySession>().toExtend<SessionInput<{ user?: string }>>()
  // What is loaded can be handed to express-session.
  type HandedOut = LoadedSession<Data>['data'] & Pick<LoadedSession<Data>, 'cookie'>
  expectTypeOf<HandedOut>().toExtend<ExpressSessionData>()
})

test('userId gets the declared data', () => {
  type Given = Parameters<NonNullable<SessionPolicy<Data>['userId']>>[0]
  expectTypeOf<Given['user']>().toEqualTypeOf<string | undefined>()
})

import type { Gates } from './gates.js'
import type { ContractHandler, ContractRoute, ContractSession } from './subject.js'

/** The application of the suite. Every route takes its parameters from the query. */
export function contractRoutes(gates: Gates): Readonly<Record<string, ContractRoute>> {
  const handlers: Record<string, ContractHandler> = {
    '/get': (session) => session.all(),
    '/whoami': (session) => ({ id: session.id, user: session.get('user') ?? null }),
    '/set': (session, query) => setAll(session, query),
    '/remove': (session, query) => session.remove(query.get('field') ?? ''),
    '/save': async (session, query) => {
      setAll(session, query)
      await session.save()
    },
    '/count': async (session) => {
      const count = Number(session.get('count') ?? 0) + 1
      session.set('count', count)
      await session.save()
      return { user: session.get('user') ?? null, count }
    },
    '/big': async (session, query) => {
      session.set('big', 'x'.repeat(Number(query.get('bytes'))))
      await session.save()
    },
    // Saved by whoever sends the response.
    '/big-unsaved': (session, query) => {
      session.set('big', 'x'.repeat(Number(query.get('bytes'))))
      return 'stored'
    },
    '/unserializable': (session) => {
      session.set('big', 1n)
      return 'stored'
    },
    // Loads, waits at a gate, and then changes what the query says.
    '/slow': async (session, query) => {
      await gates.pass(query.get('gate') ?? '')
      query.delete('gate')
      setAll(session, query)
    },
    '/slow-save': async (session, query) => {
      await gates.pass(query.get('gate') ?? '')
      query.delete('gate')
      setAll(session, query)
      await session.save()
    },
    '/slow-login': async (session, query) => {
      await gates.pass(query.get('gate') ?? '')
      await session.login(query.get('user') ?? '')
    },
    '/max-age': (session, query) => session.setMaxAge(Number(query.get('ms'))),
    '/login': (session, query) => session.login(query.get('user') ?? ''),
    '/logout': (session) => session.destroy(),
    '/slow-regenerate': async (session, query) => {
      await gates.pass(query.get('gate') ?? '')
      await session.regenerate(['user', 'kept'])
    },
    '/regenerate': (session) => session.regenerate(['user', 'kept']),
    '/throw': (session) => {
      session.set('thrown', true)
      throw Object.assign(new Error('Thrown by the handler'), { code: 'THROWN' })
    },
  }
  const routes = Object.entries(handlers).map(([path, handler]) => [path, { handler }] as const)
  return {
    ...Object.fromEntries(routes),
    // Holds the lock at a gate, for as long as nobody is going to wait.
    '/locked-slow': {
      lock: { wait: 60_000, life: 3_600_000 },
      handler: async (session, query) => {
        await gates.pass(query.get('gate') ?? '')
        session.set('late', true)
        await session.save()
      },
    },
    '/locked-count': {
      lock: { wait: 60_000, life: 60_000 },
      handler: async (session) => {
        const count = Number(session.get('count') ?? 0)
        // Long enough for others to come in if they could.
        await new Promise((resolve) => setTimeout(resolve, 1))
        session.set('count', count + 1)
      },
    },
  }
}

function setAll(session: ContractSession, query: URLSearchParams): void {
  for (const [field, value] of query) session.set(field, value)
}

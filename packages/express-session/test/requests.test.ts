import { type ContractServers, startContractServers } from '@disredis/session-contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { DisredisStore, type DisredisStoreOptions } from '../src/index.js'
import { serveWebApp, type WebApp, type WebAppOptions } from './support/web-app.js'
import './support/session-data.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 2 })
  return () => servers[Symbol.asyncDispose]()
})

let apps = 0
async function serve(
  routes: (store: DisredisStore, app: Parameters<WebAppOptions['routes']>[0]) => void,
  options: Partial<DisredisStoreOptions> = {},
  sessionOptions: Partial<Omit<WebAppOptions, 'store' | 'routes'>> = {},
): Promise<WebApp & { readonly store: DisredisStore }> {
  const client = servers.disredis()
  const given = { client, prefix: `app-${apps++}:`, ...options }
  const store = new DisredisStore(given as DisredisStoreOptions)
  const app = await serveWebApp({ ...sessionOptions, store, routes: (it) => routes(store, it) })
  return { ...app, store }
}

describe('a session of an application', () => {
  test('is regenerated twice in one request, as by passport behind an own login', async () => {
    await using app = await serve((store, it) => {
      it.get('/login', async (req, res, next) => {
        await store.login(req, 'ada', { cart: ['tea'] })
        req.session.regenerate((error) => {
          if (error) return next(error)
          req.session.userId = 'ada'
          req.session.save((failed) => (failed ? next(failed) : res.json('welcome')))
        })
      })
      it.get('/again', (req, res, next) => {
        // Twice without a save in between: what is destroyed then was never stored.
        req.session.regenerate(() => {
          req.session.regenerate((error) => {
            if (error) return next(error)
            req.session.userId = 'ada'
            res.json('welcome')
          })
        })
      })
      it.get('/user', (req, res) => {
        res.json(req.session.userId ?? null)
      })
    })
    const ada = app.visitor()
    await ada.get('/login')
    expect(await ada.body('/user')).toBe('ada')
    await ada.get('/again')
    expect(await ada.body('/user')).toBe('ada')
    expect(await app.store.listSessions('ada')).toHaveLength(1)
  })

  test('is reloaded, and saved as what was reloaded', async () => {
    await using app = await serve((store, it) => {
      it.get('/views', (req, res, next) => {
        const views = (req.session.views ?? 0) + 1
        // Somebody else changes the session meanwhile; the reload shows it.
        store.sessions.set(req.sessionID, { cart: ['tea'] }).then(() => {
          req.session.reload((error) => {
            if (error) return next(error)
            req.session.views = views
            res.json(req.session.cart ?? null)
          })
        }, next)
      })
      it.get('/', (req, res) => {
        req.session.views ??= 0
        res.json({ views: req.session.views, cart: req.session.cart })
      })
    })
    const visitor = app.visitor()
    await visitor.get('/')
    expect(await visitor.body('/views')).toEqual(['tea'])
    expect(await visitor.body('/')).toEqual({ views: 1, cart: ['tea'] })
  })

  test.each(['keep', 'destroy'] as const)(
    'that is unset is left alone or ended: %s',
    async (unset) => {
      await using app = await serve(
        (_store, it) => {
          it.get('/', (req, res) => {
            req.session.views = (req.session.views ?? 0) + 1
            res.json(req.session.views)
          })
          it.get('/unset', (req, res) => {
            Reflect.deleteProperty(req, 'session')
            res.json(null)
          })
        },
        {},
        { unset },
      )
      const visitor = app.visitor()
      await visitor.get('/')
      await visitor.get('/unset')
      expect(await visitor.body('/')).toBe(unset === 'keep' ? 2 : 1)
    },
  )

  test('costs one round trip when nothing changed, also that of a user', async () => {
    await using app = await serve((store, it) => {
      it.get('/login', async (req, res) => {
        await store.login(req, 'ada')
        res.json(null)
      })
      it.get('/', (req, res) => {
        res.json(req.session.userId ?? null)
      })
    })
    const ada = app.visitor()
    await ada.get('/login')
    await ada.get('/')
    const before = await commandCounts()
    for (let i = 0; i < 10; i++) expect(await ada.body('/')).toBe('ada')
    // The epoch of the user is read at the same time as the session.
    expect(difference(before, await commandCounts())).toEqual({ hmget: 10, zscore: 10 })
  })
})

test('a session with nothing to write holds no response up: it is answered at once', async () => {
  await using app = await serve((store, it) => {
    it.get('/', (req, res) => {
      const answers: string[] = []
      store.touch(req.sessionID, req.session, () => answers.push('touched'))
      store.set(req.sessionID, req.session, () => answers.push('saved'))
      res.json(answers)
    })
    it.get('/views', (req, res) => {
      req.session.views = (req.session.views ?? 0) + 1
      const answers: string[] = []
      store.set(req.sessionID, req.session, (error) => answers.push(String(error ?? 'saved')))
      res.json(answers)
    })
  })
  const visitor = app.visitor()
  await visitor.get('/views')
  expect(await visitor.body('/')).toEqual(['touched', 'saved'])
  expect(await visitor.body('/views')).toEqual([])
})

describe('a locked route', () => {
  const locked =
    (life?: number) => (store: DisredisStore, it: Parameters<WebAppOptions['routes']>[0]) => {
      const lock = store.lock({ wait: 30_000, ...(life !== undefined && { life }) })
      it.get('/', (req, res) => {
        req.session.views ??= 0
        res.json(req.session.views)
      })
      it.get('/locked', lock, lock, async (req, res) => {
        const views = req.session.views ?? 0
        await new Promise((resolve) => setImmediate(resolve))
        req.session.views = views + 1
        res.json(views)
      })
      it.get('/throws', lock, () => {
        throw Object.assign(new Error('Thrown by the handler'), { code: 'THROWN' })
      })
      it.get('/leaves', lock, (req, res, next) => {
        req.session.destroy((error) => (error ? next(error) : res.json('bye')))
      })
      it.get('/slow', lock, async (req, res) => {
        while (
          Number(
            await store.sessions.lock(req.sessionID, { wait: 0 }).then(
              () => 0,
              () => 1,
            ),
          )
        )
          await new Promise((resolve) => setTimeout(resolve, 5))
        req.session.views = 100
        await new Promise<void>((resolve, reject) =>
          req.session.save((error) => (error ? reject(error) : resolve())),
        )
        res.json('saved')
      })
    }

  test('is run by one request of a session at a time, even if it asks for the lock twice', async () => {
    await using app = await serve(locked())
    const visitor = app.visitor()
    await visitor.get('/')
    const answers = await Promise.all(Array.from({ length: 8 }, () => visitor.body('/locked')))
    expect(answers.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(await visitor.body('/')).toBe(8)
  })

  test('gives the lock back when its handler throws, or ends the session', async () => {
    await using app = await serve(locked())
    const visitor = app.visitor()
    await visitor.get('/')
    expect(await visitor.body('/throws')).toEqual({ code: 'THROWN' })
    expect(await visitor.body('/locked')).toBe(0)
    expect(await visitor.body('/leaves')).toBe('bye')
    expect(await visitor.body('/')).toBe(0)
  })

  test('needs no lock for a session that is not stored yet', async () => {
    await using app = await serve(locked())
    expect(await app.visitor().body('/locked')).toBe(0)
  })

  test('writes nothing when its lock was lost to another one', async () => {
    await using app = await serve(locked(20))
    const visitor = app.visitor()
    await visitor.get('/')
    expect(await visitor.get('/slow')).toMatchObject({
      status: 500,
      body: { code: 'DISREDIS_SESSION_LOCK' },
    })
    expect(await visitor.body('/')).toBe(0)
  })
})

async function commandCounts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of servers.fleet.masters) {
    const info = await servers.fleet.master(name).command('INFO', 'commandstats')
    for (const [, command = '', calls] of String(info).matchAll(/cmdstat_(\S+):calls=(\d+)/g)) {
      // What servers, Sentinels and clients say to each other all the time.
      if (/^(info|ping|publish|role|time|client|config|auth|hello)/.test(command)) continue
      counts[command] = (counts[command] ?? 0) + Number(calls)
    }
  }
  return counts
}

function difference(before: Record<string, number>, after: Record<string, number>) {
  const changes = Object.entries(after).map(
    ([command, calls]) => [command, calls - (before[command] ?? 0)] as const,
  )
  return Object.fromEntries(changes.filter(([, calls]) => calls > 0))
}

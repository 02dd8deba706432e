import { setTimeout as sleep } from 'node:timers/promises'
import { OutcomeUnknownError } from '@disredis/client'
import { disredisSession } from '@disredis/express-session'
import express, { type NextFunction, type Request, type Response } from 'express'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { holdOf, pageAfter, saidIn, textOf, wantsPage } from './answer.js'
import { shopPage } from './pages.js'
import { sessionFacts, sessionView } from './session-facts.js'
import { cookieName, type SiteContext, sessionOptions } from './site-context.js'
import { isProfileField } from './site-session.js'
import './session-declarations.js'

export interface ExpressApp {
  readonly handle: express.Express
  close(): Promise<void>
}

/** ms that a request waits for its turn, and that a turn lasts at most: longer than a failover here. */
const turn = { wait: 20_000, life: 20_000 }

/** The shop: signing in, a cart, a counter, a rate-limited form. */
export function createExpressApp(context: SiteContext): ExpressApp {
  const sessions = disredisSession({
    ...sessionOptions(context),
    secret: context.secret,
    name: cookieName,
    cookie: { httpOnly: true, sameSite: 'lax' },
  })
  const { store } = sessions
  const app = express().disable('x-powered-by')
  const routes = express.Router()
  app.use('/express', routes)
  routes.use(
    sessions,
    express.urlencoded({ extended: false, limit: '4kb' }),
    express.json({ limit: '4kb' }),
  )

  const viewOf = async (req: Request) =>
    sessionView('Express', req.session, await sessionFacts(context, store.refOf(req)))
  /** Saves what the request changed, then shows it. */
  const answer = async (req: Request, res: Response, said: string, status = 200) => {
    if (wantsPage(req.headers.accept)) res.redirect(303, pageAfter('/express/', said))
    else res.status(status).json({ said, ...(await viewOf(req)) })
  }

  routes.get('/', async (req, res) => {
    countVisit(req)
    res.type('html').send(shopPage(await viewOf(req), saidIn(req.originalUrl)))
  })
  routes.get('/session', async (req, res) => {
    res.json(await viewOf(req))
  })
  routes.post('/sign-in', async (req, res) => {
    const name = textOf(req.body?.name, 40)
    if (name === undefined) return answer(req, res, 'Please give a name.', 400)
    const { cart, drink, town } = req.session
    const kept = { ...(cart && { cart }), ...(drink && { drink }), ...(town && { town }) }
    await store.login(req, name, { ...kept, visits: 0 })
    return answer(req, res, `Signed in as ${name}.`)
  })
  routes.post('/sign-out', async (req, res) => {
    await new Promise<void>((resolve, reject) =>
      req.session.destroy((error) => (error ? reject(error) : resolve())),
    )
    res.clearCookie(cookieName)
    if (wantsPage(req.headers.accept)) res.redirect(303, pageAfter('/express/', 'Signed out.'))
    else res.json({ said: 'Signed out.', ...sessionView('Express', {}, null) })
  })
  // The cart is one field, so that two additions at once would be one: they take turns.
  routes.post('/cart', store.lock(turn), (req, res) => {
    const item = textOf(req.body?.item, 40)
    if (item === undefined) return answer(req, res, 'Which item?', 400)
    req.session.cart = [...(req.session.cart ?? []), item].slice(-20)
    return answer(req, res, `Added ${item}.`)
  })
  routes.post('/profile', async (req, res) => {
    const { field, value, hold } = req.body ?? {}
    const text = textOf(value, 40)
    if (!isProfileField(field) || text === undefined) return answer(req, res, 'Save what?', 400)
    await sleep(holdOf(hold))
    req.session[field] = text
    return answer(req, res, `Saved ${field}: ${text}.`)
  })
  routes.post('/count', async (req, res) => {
    try {
      const count = await context.client.incr(`${context.prefix}:counter`)
      return await answer(req, res, `Counted: ${count}.`)
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error
      return answer(
        req,
        res,
        'The reply was lost in a failover: perhaps counted, never twice.',
        503,
      )
    }
  })
  routes.post('/letters', async (req, res) => {
    try {
      const { remainingPoints } = await letters.consume(req.ip ?? 'unknown')
      return await answer(req, res, `Sent. ${remainingPoints} more in these ten seconds.`)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const seconds = Math.ceil(error.msBeforeNext / 1000)
      res.set('Retry-After', String(seconds))
      return answer(req, res, `Too many letters. Try again in ${seconds} s.`, 429)
    }
  })
  // Express would answer with a stack.
  routes.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error)
    const { status, message } = error as { status?: number; message?: string }
    res.status(status ?? 500).json({ said: message ?? 'That did not work.' })
  })
  const letters = new RateLimiterRedis({
    storeClient: context.client,
    keyPrefix: `${context.prefix}:letters`,
    points: 5,
    duration: 10,
  })
  return { handle: app, close: () => sessions.close() }
}

/** Nobody gets a session for looking at a page: visits are counted for who has one. */
function countVisit({ session }: Request): void {
  if (session.userId !== undefined) session.visits = (session.visits ?? 0) + 1
}

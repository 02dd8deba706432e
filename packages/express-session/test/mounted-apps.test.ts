import { type ContractServers, startContractServers } from '@disredis/session-contract'
import express from 'express'
import express4 from 'express-4'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Handler, serveAnswers } from './support/answer-server.js'

let servers: ContractServers
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  return () => servers[Symbol.asyncDispose]()
})

const copies = { 'Express 5': express, 'Express 4': express4 }
type Copy = keyof typeof copies

const pairs = (Object.keys(copies) as Copy[]).flatMap((outer) =>
  (Object.keys(copies) as Copy[]).map((inner) => ({ outer, inner })),
)

/** Ways in which an answer leaves. */
const answers: Record<string, Handler> = {
  '/end': (_req, res) => res.end('done'),
  '/write': (_req, res) => {
    res.write('do')
    res.end('ne')
  },
  '/head': (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain' })
    res.end('done')
  },
  '/flush': (_req, res) => {
    res.flushHeaders()
    res.end('done')
  },
}

describe.each(pairs)('$inner, mounted in $outer that holds the sessions,', ({ outer, inner }) => {
  const mounted = () => {
    const app = copies[inner]()
    for (const [path, answer] of Object.entries(answers)) {
      app.get(path, (req, res) => {
        req.session.note = 'x'.repeat(req.query.spoiled === undefined ? 10 : 2_000)
        answer(req as never, res, () => {})
      })
    }
    return app as unknown as Handler
  }
  const serve = () =>
    serveAnswers(
      outer,
      {
        routes: { '/peek': (req, res) => res.end(req.session.note ?? 'none') },
        behind: [mounted()],
      },
      { client: servers.disredis(), deadline: 60_000, maxPayload: 1_000 },
    )

  test.each(Object.keys(answers))('saves before it answers by %s', async (path) => {
    await using app = await serve()
    const browser = app.browser()
    expect(await browser.get(path)).toMatchObject({ status: 200, text: 'done' })
    expect((await browser.get('/peek')).text).toBe('x'.repeat(10))
  })

  test.each(Object.keys(answers))('answers nothing that was not saved by %s', async (path) => {
    await using app = await serve()
    const { status, text } = await app.browser().get(`${path}?spoiled`)
    expect(text).not.toContain('done')
    expect(status).toBeGreaterThanOrEqual(500)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTlsFiles, type TlsFiles } from '@disredis/fleet'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import type { ErrorRequestHandler, Router } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { gated, type Handler } from './support/answer-server.js'
import { serveExpressHttp2, serveHttp2 } from './support/http2-server.js'

let servers: ContractServers
let tls: TlsFiles
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  const folder = await mkdtemp(join(tmpdir(), 'disredis-http2-'))
  tls = createTlsFiles(folder)
  return async () => {
    await servers[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
})

const LIMIT = { maxPayload: 1_000 }
const peek: Handler = (req, res) => {
  res.end(String(req.session.views ?? 'none'))
}
const views: Handler = (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}

test('HTTP/2 holds, saves, streams and takes back as HTTP/1 does', async () => {
  const gate = gated(servers.disredis())
  const seen: unknown[] = []
  await using app = await serveHttp2(
    {
      routes: {
        '/': views,
        '/peek': peek,
        '/later': (req, res) => {
          req.session.views = 10
          res.end('first')
          seen.push(res.headersSent, res.writableEnded)
          res.setHeader('second', 'answer')
        },
        '/big': (req, res) => {
          req.session.note = 'x'.repeat(2_000)
          res.writeHead(201, { 'cache-control': 'public' })
          res.write('one')
          res.end('two')
        },
        '/stream': (req, res) => {
          req.session.views = 20
          res.write('one ')
          req.session.views = 30
          res.end('two')
        },
      },
      onError: (error, req, res) => {
        if (res.headersSent) req.socket.destroy()
        else {
          res.statusCode = 500
          res.end(error.code)
        }
      },
    },
    { client: gate.client, deadline: 60_000, ...LIMIT },
  )
  const { text, cookie } = await app.get('/')
  expect(text).toBe('1')
  expect((await app.get('/later', cookie)).text).toBe('first')
  expect(seen).toEqual([true, true])
  expect((await app.get('/peek', cookie)).text).toBe('10')
  const big = await app.get('/big', cookie)
  expect([big.headers[':status'], big.text]).toEqual([500, 'DISREDIS_SESSION_TOO_LARGE'])
  expect(big.headers['cache-control']).toBeUndefined()
  expect((await app.get('/stream', cookie)).text).toBe('one two')
  expect((await app.get('/peek', cookie)).text).toBe('30')
})

describe.each(['Express 5', 'Express 4'] as const)(
  '%s on one port for HTTP/2 and HTTP/1.1',
  (framework) => {
    const app = (router: Router) => {
      router.get('/', (req, res) => {
        req.session.views = (req.session.views ?? 0) + 1
        res.json({ views: req.session.views, version: req.httpVersion, isSecure: req.secure })
      })
      router.get('/twice', (req, res) => {
        req.session.views = 10
        res.redirect('/elsewhere')
        res.status(200).json('second')
      })
      router.get('/file', (req, res) => {
        req.session.views = 20
        res.sendFile(tls.certFile)
      })
      router.get('/big', (req, res) => {
        req.session.note = 'x'.repeat(2_000)
        res.status(201).set('Cache-Control', 'public').json('stored')
      })
      router.get('/logout', (req, res) => {
        req.session.destroy(() => undefined)
        res.redirect('/')
      })
      const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
        if (!res.headersSent) res.json(error.code)
      }
      router.use(answerError)
    }

    test('keeps one session over both, and what is answered was saved', async () => {
      const options = { client: servers.disredis(), cookie: { secure: true }, deadline: 60_000 }
      await using served = await serveExpressHttp2(framework, app, { ...options, ...LIMIT }, tls)
      const first = await served.get('/')
      expect(JSON.parse(first.text)).toEqual({ views: 1, version: '2.0', isSecure: true })
      const { cookie } = first
      const second = await served.getHttp1('/', cookie)
      expect(JSON.parse(second.text)).toEqual({ views: 2, version: '1.1', isSecure: true })
      for (const ask of [served.get, served.getHttp1]) {
        const twice = await ask('/twice', cookie)
        expect([twice.status, twice.headers.location]).toEqual([302, '/elsewhere'])
        expect(JSON.parse((await ask('/', cookie)).text)).toMatchObject({ views: 11 })
        const file = await ask('/file', cookie)
        expect([file.status, file.text]).toEqual([200, tls.cert])
        const refused = await ask('/big', cookie)
        expect([refused.status, refused.text]).toEqual([500, '"DISREDIS_SESSION_TOO_LARGE"'])
        expect(refused.headers['cache-control']).toBeUndefined()
        expect(JSON.parse((await ask('/', cookie)).text)).toMatchObject({ views: 21 })
      }
      expect((await served.get('/logout', cookie)).status).toBe(302)
      for (const ask of [served.get, served.getHttp1]) {
        expect(JSON.parse((await ask('/', cookie)).text)).toMatchObject({ views: 1 })
      }
    })
  },
)

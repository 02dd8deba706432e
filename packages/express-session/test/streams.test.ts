import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ContractServers, startContractServers } from '@disredis/session-contract'
import compression from 'compression'
import type { Response } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { UNSAVED_CHANNEL } from '../src/index.js'
import {
  type AnswerApp,
  FRAMEWORKS,
  gated,
  type Handler,
  serveAnswers,
  Wire,
} from './support/answer-server.js'
import { listenTo } from './support/listen-to.js'

const BIG = 300_000
let servers: ContractServers
let file: string
beforeAll(async () => {
  servers = await startContractServers({ masters: 1 })
  const folder = await mkdtemp(join(tmpdir(), 'disredis-streams-'))
  file = join(folder, 'big.txt')
  await writeFile(file, 'x'.repeat(BIG))
  return async () => {
    await servers[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
})

type Options = Omit<Parameters<typeof serveAnswers>[2], 'client'>
const serve = (framework: string, app: AnswerApp, options: Options = {}) =>
  serveAnswers(framework, app, { client: servers.disredis(), deadline: 60_000, ...options })
const express = (res: ServerResponse) => res as Response
const peek: Handler = (req, res) => {
  res.end(String(req.session.views ?? 'none'))
}
const views: Handler = (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.end(String(req.session.views))
}
/** More than `maxPayload`: cannot be saved. */
const spoil: Handler = (req, _res, next) => {
  if (req.url?.includes('spoiled')) req.session.note = 'x'.repeat(2_000)
  next()
}
const LIMIT = { maxPayload: 1_000 }

describe.each(Object.keys(FRAMEWORKS))('%s: a stream', (framework) => {
  test('saves what is there at its first byte, and the rest at its end', async () => {
    const gate = gated(servers.disredis())
    let finish = () => {}
    await using app = await serveAnswers(
      framework,
      {
        routes: {
          '/': views,
          '/peek': peek,
          '/stream': (req, res) => {
            req.session.views = 10
            res.write('one ')
            finish = () => {
              req.session.views = 20
              res.end('two')
            }
          },
        },
      },
      { client: gate.client, deadline: 60_000 },
    )
    const browser = app.browser()
    await browser.get('/')
    using wire = new Wire(app.port)
    gate.shut()
    wire.get('/stream', browser.cookie)
    await expect.poll(() => gate.waiting).toBe(1)
    expect((await browser.get('/peek')).text).toBe('1')
    expect(wire.received).toBe('')
    gate.open()
    await expect.poll(() => wire.received).toContain('one ')
    expect((await browser.get('/peek')).text).toBe('10')
    gate.shut()
    finish()
    await expect.poll(() => gate.waiting).toBe(1)
    expect((await browser.get('/peek')).text).toBe('10')
    expect(wire.received).not.toContain('two')
    gate.open()
    await expect.poll(() => wire.received).toContain('two\r\n0\r\n\r\n')
    expect((await browser.get('/peek')).text).toBe('20')
  })

  test('saves with its first byte what changes while that is held back', async () => {
    const gate = gated(servers.disredis())
    await using app = await serveAnswers(
      framework,
      {
        routes: {
          '/peek': peek,
          '/stream': async (req, res) => {
            req.session.views = 10
            res.write('one ')
            req.session.views = 20
            res.end('two')
          },
        },
      },
      { client: gate.client, deadline: 60_000 },
    )
    const browser = app.browser()
    expect((await browser.get('/stream')).text).toBe('one two')
    expect((await browser.get('/peek')).text).toBe('20')
    expect(gate.waiting).toBe(2)
  })

  test('whose late change cannot be saved ends, and that is told', async () => {
    await using app = await serve(
      framework,
      {
        routes: {
          '/': views,
          '/peek': peek,
          '/stream': (req, res) => {
            res.write('one ')
            req.session.note = 'x'.repeat(2_000)
            res.end('two')
          },
        },
      },
      LIMIT,
    )
    const browser = app.browser()
    await browser.get('/')
    using told = listenTo(UNSAVED_CHANNEL)
    const page = await browser.get('/stream')
    expect([page.status, page.text]).toEqual([200, 'one two'])
    expect(app.sessions.unsaved).toBe(1)
    expect(told.messages).toMatchObject([{ error: { code: 'DISREDIS_SESSION_TOO_LARGE' } }])
    expect(app.errors).toEqual([])
    expect((await browser.get('/peek')).text).toBe('1')
  })

  test('that cannot begin is taken back, and who goes on writing it writes nowhere', async () => {
    const written: unknown[] = []
    await using app = await serve(
      framework,
      {
        routes: {
          '/stream': (req, res) => {
            req.session.note = 'x'.repeat(2_000)
            res.setHeader('Content-Type', 'text/event-stream')
            res.flushHeaders()
            const { write, end } = res
            res.write('one ', (error) => written.push((error as { code?: string } | null)?.code))
            res.once('finish', () => {
              Reflect.apply(write, res, ['stray'])
              Reflect.apply(end, res, ['stray'])
              res.write('stray')
              res.end('stray')
            })
          },
        },
      },
      LIMIT,
    )
    const page = await app.browser().get('/stream')
    expect([page.status, page.text]).toEqual([500, '{"code":"DISREDIS_SESSION_TOO_LARGE"}'])
    expect(page.headers.get('content-type')).toBe('application/json')
    expect(page.cookie).toBeUndefined()
    expect(written).toEqual(['DISREDIS_SESSION_TOO_LARGE'])
    expect((await app.browser().get('/stream')).status).toBe(500)
  })

  test.each(['piped', 'a pipeline', 'chunks with room'])(
    'that is %s is held, flows, and is taken back as a whole',
    async (kind) => {
      await using app = await serve(
        framework,
        {
          behind: [spoil],
          routes: {
            '/file': async (req, res) => {
              req.session.views = (req.session.views ?? 0) + 1
              if (kind === 'piped') createReadStream(file).pipe(res)
              else if (kind === 'a pipeline') {
                await pipeline(createReadStream(file), res).catch(() => undefined)
              } else {
                for await (const chunk of Readable.from(chunks())) {
                  if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve))
                }
                res.end()
              }
            },
          },
        },
        LIMIT,
      )
      const browser = app.browser()
      expect((await browser.get('/file')).text).toBe('x'.repeat(BIG))
      expect((await browser.get('/file')).text).toBe('x'.repeat(BIG))
      if (kind === 'chunks with room') return
      const page = await browser.get('/file?spoiled')
      expect([page.status, page.text]).toEqual([500, '{"code":"DISREDIS_SESSION_TOO_LARGE"}'])
      expect((await browser.get('/file')).text).toBe('x'.repeat(BIG))
    },
  )

  test.each(['in front of', 'behind'])('is compressed %s the sessions', async (place) => {
    const compress = compression({ threshold: 0 }) as unknown as Handler
    await using app = await serve(
      framework,
      {
        ...(place === 'behind' ? { behind: [compress, spoil] } : { before: [compress] }),
        routes: {
          '/end': (req, res) => {
            if (req.url?.includes('spoiled')) req.session.note = 'x'.repeat(2_000)
            req.session.views = (req.session.views ?? 0) + 1
            res.setHeader('Content-Type', 'text/plain')
            res.end('y'.repeat(5_000))
          },
          '/stream': (req, res) => {
            if (req.url?.includes('spoiled')) req.session.note = 'x'.repeat(2_000)
            req.session.views = (req.session.views ?? 0) + 1
            res.setHeader('Content-Type', 'text/plain')
            res.write('y'.repeat(2_500))
            res.write('y'.repeat(2_500))
            res.end()
          },
          '/peek': peek,
        },
      },
      LIMIT,
    )
    const browser = app.browser()
    for (const path of ['/end', '/stream']) {
      const page = await browser.get(path)
      expect([page.status, page.headers.get('content-encoding'), page.text]).toEqual([
        200,
        'gzip',
        'y'.repeat(5_000),
      ])
      const refused = await browser.get(`${path}?spoiled`)
      expect([refused.status, refused.text]).toEqual([500, '{"code":"DISREDIS_SESSION_TOO_LARGE"}'])
    }
    expect((await browser.get('/peek')).text).toBe('2')
  })

  test('an event stream flows on a connection whose session was saved behind its answer', async () => {
    let event = (_text: string) => {}
    await using app = await serve(framework, {
      routes: {
        '/send': (req, res) => {
          res.end('ok')
          req.session.views = 1
          req.session.save()
        },
        '/events': (_req, res) => {
          res.writeHead(200, { 'Content-Type': 'text/event-stream' })
          res.flushHeaders()
          event = (text) => res.write(text)
        },
      },
    })
    using wire = new Wire(app.port)
    wire.get('/send')
    await expect.poll(() => wire.received).toContain('ok')
    wire.get('/events')
    await expect.poll(() => wire.received).toContain('text/event-stream')
    event('data: 1\n\n')
    await expect.poll(() => wire.received).toContain('data: 1')
    event('data: 2\n\n')
    await expect.poll(() => wire.received).toContain('data: 2')
  })

  test.each<[string, string, (wire: string) => void]>([
    ['HEAD', 'HEAD / HTTP/1.1', (wire) => expect(wire).toMatch(/200 OK[\s\S]*\r\n\r\n$/)],
    ['HTTP/1.0', 'GET / HTTP/1.0', (wire) => expect(wire).toMatch(/200 OK[\s\S]*\r\n\r\n1$/)],
    ['204', 'GET /204 HTTP/1.1', (wire) => expect(wire).toMatch(/204 No[\s\S]*\r\n\r\n$/)],
    ['304', 'GET /304 HTTP/1.1', (wire) => expect(wire).toMatch(/304 Not[\s\S]*\r\n\r\n$/)],
    [
      '100-continue',
      'GET / HTTP/1.1\r\nexpect: 100-continue',
      (wire) => expect(wire).toMatch(/100 Continue[\s\S]*200 OK[\s\S]*1$/),
    ],
  ])('%s saves, too', async (_, request, check) => {
    await using app = await serve(framework, {
      routes: {
        '/': views,
        '/204': (req, res) => {
          req.session.views = 1
          res.writeHead(204).end()
        },
        '/304': (req, res) => {
          req.session.views = 1
          res.statusCode = 304
          res.end()
        },
      },
    })
    using wire = new Wire(app.port)
    wire.send(`${request}\r\nhost: app\r\n\r\n`)
    await expect.poll(() => wire.received).toContain('connect.sid=')
    await expect.poll(() => app.sessions.store.sessions.count()).toBe(1)
    check(wire.received)
  })

  test('pipelined requests are answered in their order', async () => {
    const gate = gated(servers.disredis())
    await using app = await serveAnswers(
      framework,
      { routes: { '/': views, '/peek': peek, '/text': (_req, res) => res.end('text') } },
      { client: gate.client, deadline: 60_000 },
    )
    const browser = app.browser()
    await browser.get('/')
    using wire = new Wire(app.port)
    gate.shut()
    for (const path of ['/', '/text', '/']) wire.get(path, browser.cookie)
    await expect.poll(() => gate.waiting).toBe(2)
    expect(wire.received).toBe('')
    gate.open()
    await expect.poll(() => wire.received.split('HTTP/1.1 200 OK').length).toBe(4)
    const bodies = [...wire.received.matchAll(/\r\n\r\n(.*?)(?=HTTP|$)/gs)].map(([, body]) => body)
    expect(bodies).toEqual(['2', 'text', '2'])
  })

  test('a client that goes away takes nothing with it', async () => {
    const gate = gated(servers.disredis())
    let closed = 0
    await using app = await serveAnswers(
      framework,
      {
        routes: {
          '/': views,
          '/peek': peek,
          '/slow': (req, res) => {
            res.once('close', () => closed++)
            req.session.views = 10
            res.end('gone')
          },
        },
      },
      { client: gate.client, deadline: 60_000 },
    )
    const browser = app.browser()
    await browser.get('/')
    {
      using wire = new Wire(app.port)
      gate.shut()
      wire.get('/slow', browser.cookie)
      await expect.poll(() => gate.waiting).toBe(1)
    }
    await expect.poll(() => closed).toBe(1)
    gate.open()
    await expect.poll(async () => (await browser.get('/peek')).text).toBe('10')
    expect(app.errors).toEqual([])
  })

  test('a connection that was upgraded or taken away is left alone', async () => {
    await using app = await serve(framework, {
      routes: {
        '/': views,
        '/hijack': (req, res) => {
          req.session.views = 5
          req.session.save()
          const { socket } = req
          res.detachSocket(socket)
          socket.end('my own protocol')
        },
      },
    })
    app.server.on('upgrade', (req, socket) => {
      app.sessions(req, {}, (error) => {
        const { session } = req as unknown as { session: { views?: number } }
        socket.end(error ? 'failed' : `HTTP/1.1 101 Switching\r\n\r\nviews ${session.views}`)
      })
    })
    const browser = app.browser()
    await browser.get('/')
    using hijacked = new Wire(app.port)
    hijacked.get('/hijack', browser.cookie)
    await expect.poll(() => hijacked.received).toBe('my own protocol')
    using upgraded = new Wire(app.port)
    await expect.poll(async () => (await browser.get('/')).text).toBe('6')
    upgraded.get('/', browser.cookie, 'connection: upgrade\r\nupgrade: mine\r\n')
    await expect.poll(() => upgraded.received).toContain('views 6')
  })
})

describe.each(['Express 5', 'Express 4'])('%s: a file', (framework) => {
  const app = (): AnswerApp => ({
    behind: [spoil],
    routes: {
      '/file': (req, res, next) => {
        req.session.views = (req.session.views ?? 0) + 1
        express(res).sendFile(file, (error) => error && next(error))
      },
      '/peek': peek,
    },
  })

  test('is sent when its session is saved: whole, in part, or as not modified', async () => {
    await using served = await serve(framework, app(), LIMIT)
    const browser = served.browser()
    const whole = await browser.get('/file')
    expect([whole.status, whole.text.length]).toEqual([200, BIG])
    const part = await browser.get('/file', { headers: { range: 'bytes=0-9' } })
    expect([part.status, part.text]).toEqual([206, 'x'.repeat(10)])
    const etag = whole.headers.get('etag') ?? ''
    // fetch asks for no cached answer as soon as it is given this header.
    using wire = new Wire(served.port)
    wire.get('/file', browser.cookie, `if-none-match: ${etag}\r\n`)
    await expect.poll(() => wire.received).toMatch(/^HTTP\/1.1 304 [\s\S]*\r\n\r\n$/)
    expect((await browser.get('/peek')).text).toBe('3')
  })

  test('is not sent when its session cannot be saved', async () => {
    await using served = await serve(framework, app(), LIMIT)
    const page = await served.browser().get('/file?spoiled')
    expect([page.status, page.text]).toEqual([500, '{"code":"DISREDIS_SESSION_TOO_LARGE"}'])
    for (const name of ['etag', 'last-modified', 'accept-ranges', 'cache-control']) {
      expect([name, page.headers.get(name)]).toEqual([name, null])
    }
  })
})

function* chunks(): Generator<string> {
  for (let sent = 0; sent < BIG; sent += 10_000) yield 'x'.repeat(10_000)
}

import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StreamMessage } from '../src/web/sections.js'
import { startShowcase } from '../test-support/start-showcase.js'
import { Visitor } from '../test-support/visitor.js'

type TestShowcase = Awaited<ReturnType<typeof startShowcase>>

const poll = { timeout: 60_000, interval: 50 }

let showcase: TestShowcase

beforeAll(async () => {
  showcase = await startShowcase()
})

afterAll(() => showcase?.[Symbol.asyncDispose]())

/** Who came by the printed address. */
async function operator(): Promise<{ visitor: Visitor; csrf: string }> {
  const visitor = new Visitor(showcase.server.origin)
  const response = await visitor.fetch(showcase.server.address)
  expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  const { isOperator, csrf } = (await visitor.get('/api/operator')) as unknown as {
    isOperator: boolean
    csrf: string
  }
  expect(isOperator).toBe(true)
  return { visitor, csrf }
}

const lightLoad = { do: 'load', level: 'low' }

describe('who may break things', () => {
  test('whoever came by the printed address', async () => {
    const { visitor, csrf } = await operator()
    const done = await visitor.post('/api/actions', lightLoad, { 'x-csrf-token': csrf })
    expect(done).toEqual({ status: 200, said: 'The load is low now.' })
  })

  test('nobody else, who may look all the same', async () => {
    const { csrf } = await operator()
    const stranger = new Visitor(showcase.server.origin)
    expect(await stranger.get('/api/operator')).toMatchObject({ isOperator: false, csrf: null })
    const refused = await stranger.post('/api/actions', lightLoad, { 'x-csrf-token': csrf })
    expect(refused).toMatchObject({
      status: 403,
      said: expect.stringContaining('Only who started'),
    })
    expect((await stranger.fetch('/?token=guessed')).headers.getSetCookie()).toEqual([])
    expect((await stranger.fetch('/')).status).toBe(200)
  })

  test('no page of another origin that borrows the cookie', async () => {
    const { visitor, csrf } = await operator()
    expect((await visitor.post('/api/actions', lightLoad)).status).toBe(403)
    const wrong = await visitor.post('/api/actions', lightLoad, { 'x-csrf-token': 'x' })
    expect(wrong.status).toBe(403)
    const elsewhere = { 'x-csrf-token': csrf, origin: 'http://127.0.0.1:1' }
    expect((await visitor.post('/api/actions', lightLoad, elsewhere)).status).toBe(403)
    const login = await visitor.post('/express/sign-in', { name: 'a' }, { origin: 'null' })
    expect(login.status).toBe(403)
  })

  test('nobody by a name that was pointed at this machine', async () => {
    const { hostname, port } = new URL(showcase.server.origin)
    const request = httpRequest({ hostname, port, path: '/', headers: { host: 'evil.example' } })
    request.end()
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      request.on('error', reject)
      request.on('response', async (response) =>
        resolve([response.statusCode, await text(response)]),
      )
    })
    expect(status).toBe(403)
    expect(body).toContain('This server is not evil.example')
  })

  test.each([
    [{ do: 'explode' }, 400],
    [{ do: 'crash', shard: 'shard-9' }, 400],
    [{ do: 'crash' }, 400],
    [{ do: 'cut', server: 'server-9' }, 409],
    [{ do: 'kill-sentinel', sentinel: '../sentinel-1' }, 409],
    [{ do: 'load', level: 'toString' }, 400],
    [null, 400],
    [{ do: 'crash', shard: 'x'.repeat(2_000) }, 413],
  ])('%j is refused with %i', async (body, status) => {
    const { visitor, csrf } = await operator()
    expect(await visitor.post('/api/actions', body, { 'x-csrf-token': csrf })).toMatchObject({
      status,
      said: expect.any(String),
    })
  })
})

test('every answer forbids scripts from elsewhere and inline, frames, and guesses of its type', async () => {
  const visitor = new Visitor(showcase.server.origin)
  for (const path of ['/', '/api/operator', '/express/', '/fastify/', '/nothing']) {
    const { headers } = await visitor.fetch(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy, path).toContain("script-src 'self'")
    expect(policy, path).toContain("frame-ancestors 'none'")
    expect(policy, path).not.toContain('unsafe')
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
  }
})

/** Messages of the stream, each with the bytes and the ms that it came after the one before. */
async function* messages(signal: AbortSignal) {
  const response = await fetch(`${showcase.server.origin}/api/events`, { signal })
  const decoder = new TextDecoder()
  let rest = ''
  let last = performance.now()
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true })
    const parts = rest.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const data = part.slice(part.indexOf('data: ') + 6)
      const message: StreamMessage = JSON.parse(data)
      const at = performance.now()
      yield { message, bytes: Buffer.byteLength(data), after: at - last }
      last = at
    }
  }
}

test('the stream begins with everything and goes on with short messages, through a crash', async () => {
  const end = new AbortController()
  const { visitor, csrf } = await operator()
  const sections: Record<string, unknown> = {}
  const known = new Set<string>()
  let count = 0
  const start = performance.now()
  try {
    for await (const { message, bytes } of messages(end.signal)) {
      if (count++ === 0) {
        expect(message.isWhole).toBe(true)
        const crash = { do: 'crash', shard: 'shard-2' }
        const answer = await visitor.post('/api/actions', crash, { 'x-csrf-token': csrf })
        expect(answer.status).toBe(202)
      } else {
        expect(bytes, Object.keys(message.sections ?? {}).join()).toBeLessThanOrEqual(4_096)
        expect(message.hits?.length ?? 0).toBeLessThanOrEqual(6)
      }
      Object.assign(sections, message.sections)
      for (const name of Object.keys(message.sections ?? {})) known.add(name)
      const failover = sections['failover:1'] as { state?: string; lost?: number } | undefined
      if (failover?.state === 'over' && failover.lost !== null) break
    }
  } finally {
    end.abort()
  }
  // At most ten a second, and the first one.
  expect(count).toBeLessThanOrEqual((performance.now() - start) / 100 + 2)
  expect(sections['failover:1']).toMatchObject({
    shard: 'shard-2',
    cause: 'crash',
    gap: [expect.any(Number), expect.any(Number)],
    to: expect.stringContaining('127.0.0.1:'),
  })
  const { sentinel, client } = sections['failover:1'] as Record<string, [number, string][]>
  const said = sentinel?.map(([, what]) => what)
  expect(said).toEqual(expect.arrayContaining(['+sdown', '+odown', '+elected-leader']))
  expect(client?.map(([, what]) => what)).toEqual(
    expect.arrayContaining(['connection lost', 'served']),
  )
  for (const name of ['demo', 'totals', 'shard:shard-1', 'sentinels', 'comparison', 'event:1']) {
    expect([...known]).toContain(name)
  }
})

test('pages that go leave nothing behind in the server', async () => {
  await expect.poll(() => showcase.stream.pages, poll).toBe(0)
  const ends = Array.from({ length: 5 }, () => new AbortController())
  const streams = ends.map((end) => messages(end.signal))
  await Promise.all(streams.map((stream) => stream.next()))
  expect(showcase.stream.pages).toBe(5)
  for (const end of ends) end.abort()
  await expect.poll(() => showcase.stream.pages, poll).toBe(0)
})

test('a cut server takes a master, a replica and a Sentinel, and every shard is served again', async () => {
  await showcase.whole()
  const { visitor, csrf } = await operator()
  const act = (body: unknown) => visitor.post('/api/actions', body, { 'x-csrf-token': csrf })
  const { machines } = showcase.demo.deployment
  const server = machines?.servers.find(({ name }) => machines.mastersOn(name).length === 1)
  expect(server?.nodes.length).toBe(3)
  const before = showcase.demo.faults.records.length
  expect((await act({ do: 'cut', server: server?.name })).status).toBe(202)
  await expect.poll(() => showcase.demo.faults.records.length, poll).toBe(before + 1)
  expect(showcase.demo.faults.records.at(-1)).toMatchObject({ kind: 'cut', isRecovered: true })
  expect(machines?.sentinels.filter(({ isBroken }) => isBroken)).toHaveLength(1)
  expect((await act({ do: 'cut', server: server?.name })).status).toBe(409)
  expect((await act({ do: 'restore' })).status).toBe(202)
  const broken = () =>
    showcase.demo.shards.flatMap((shard) => showcase.demo.deployment.brokenNodes(shard))
  await expect.poll(broken, poll).toEqual([])
  await showcase.whole()
  expect(showcase.crowd.figures.signedOut).toBe(0)
  expect(showcase.demo.faults.lostWithoutFault).toBe(0)
})

test('a killed Sentinel is restored', async () => {
  const { visitor, csrf } = await operator()
  const act = (body: unknown) => visitor.post('/api/actions', body, { 'x-csrf-token': csrf })
  expect((await act({ do: 'kill-sentinel', sentinel: 'sentinel-1' })).status).toBe(202)
  const connected = () =>
    showcase.demo.client.health().sentinels.filter(({ isConnected }) => isConnected).length
  await expect.poll(connected, poll).toBe(2)
  expect((await act({ do: 'kill-sentinel', sentinel: 'sentinel-1' })).status).toBe(409)
  expect((await act({ do: 'restore' })).status).toBe(202)
  await expect.poll(connected, poll).toBe(3)
})

test('the comparison has three clients under the same load, and shows how it is measured', async () => {
  const standings = () => showcase.comparison?.standings() ?? []
  await expect
    .poll(() => Math.min(...standings().map((one) => one.acknowledged)), poll)
    .toBeGreaterThan(100)
  expect(standings().map(({ name }) => name)).toEqual(['disredis', 'ioredis', 'node-redis'])
  const visitor = new Visitor(showcase.server.origin)
  const method = (await visitor.get('/api/method')) as unknown as {
    contenders: { name: string; settings: string; source?: string }[]
  }
  for (const { source } of method.contenders) expect(source).toContain('LoadClient')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Device } from '../src/site/pages.js'
import { startShowcase } from '../test-support/start-showcase.js'
import { type Answer, Visitor } from '../test-support/visitor.js'

type TestShowcase = Awaited<ReturnType<typeof startShowcase>>

const poll = { timeout: 60_000, interval: 50 }

let showcase: TestShowcase

beforeAll(async () => {
  showcase = await startShowcase()
})

afterAll(() => showcase?.[Symbol.asyncDispose]())

async function signedIn(name: string): Promise<Visitor> {
  const visitor = new Visitor(showcase.server.origin)
  expect(await visitor.post('/express/sign-in', { name })).toMatchObject({
    status: 200,
    user: name,
  })
  return visitor
}

test('who signs in at Express is known at Fastify, on the same shard, by the same version', async () => {
  const ada = await signedIn('ada')
  await ada.post('/express/cart', { item: 'tea' })
  const express = await ada.get('/express/session')
  const fastify = await ada.get('/fastify/session')
  expect(express).toMatchObject({ by: 'Express', user: 'ada', cart: ['tea'] })
  expect(fastify).toMatchObject({ by: 'Fastify', user: 'ada', cart: ['tea'] })
  expect(fastify.facts).toMatchObject({
    shard: expect.stringMatching(/^shard-[123]$/),
    version: express.facts?.version,
  })
  expect(fastify.facts?.shard).toBe(express.facts?.shard)
  expect(fastify.facts?.expiresIn).toBeGreaterThan(29 * 60_000)
  await ada.post('/fastify/profile', { field: 'town', value: 'Turin' })
  const later = await ada.get('/express/session')
  expect(later.town).toBe('Turin')
  expect(later.facts?.version).not.toBe(express.facts?.version)
})

test('two requests at once, one at each framework, both keep what they changed', async () => {
  const ada = await signedIn('two-tabs')
  const [slow, quick] = await Promise.all([
    ada.post('/express/profile', { field: 'drink', value: 'tea', hold: 500 }),
    ada.post('/fastify/profile', { field: 'town', value: 'Turin', hold: 100 }),
  ])
  expect([slow.status, quick.status]).toEqual([200, 200])
  expect(await ada.get('/express/session')).toMatchObject({ drink: 'tea', town: 'Turin' })
})

test('additions to one cart at once take turns: none is lost', async () => {
  const ada = await signedIn('cart')
  const items = Array.from({ length: 8 }, (_, i) => `item-${i}`)
  const answers = await Promise.all(items.map((item) => ada.post('/express/cart', { item })))
  expect(answers.map(({ status }) => status)).toEqual(items.map(() => 200))
  const { cart = [] } = await ada.get('/fastify/session')
  expect([...cart].sort()).toEqual(items)
})

test('the devices are listed; one is signed out, then all are', async () => {
  const phone = await signedIn('eve')
  const laptop = await signedIn('eve')
  const devices = await laptop.list<Device>('/fastify/devices')
  expect(devices.map(({ isThis }) => isThis)).toEqual([false, true])
  await laptop.post('/fastify/devices/end', { ref: devices[0]?.ref })
  expect((await phone.get('/express/session')).user).toBeNull()
  expect((await laptop.get('/express/session')).user).toBe('eve')

  const tablet = await signedIn('eve')
  await laptop.post('/fastify/sign-out-everywhere')
  expect((await tablet.get('/express/session')).user).toBeNull()
  expect((await laptop.get('/fastify/session')).user).toBeNull()
})

test('nobody ends a session of somebody else', async () => {
  const eve = await signedIn('victim')
  const [device] = await eve.list<Device>('/fastify/devices')
  const mallory = await signedIn('mallory')
  await mallory.post('/fastify/devices/end', { ref: device?.ref })
  expect((await eve.get('/express/session')).user).toBe('victim')
})

test('one sign-out ends that session in both frameworks', async () => {
  const ada = await signedIn('leaver')
  expect(await ada.post('/express/sign-out')).toMatchObject({ status: 200, user: null })
  expect((await ada.get('/fastify/session')).user).toBeNull()
})

test('the counter counts, and the sixth letter within ten seconds is refused', async () => {
  const visitor = new Visitor(showcase.server.origin)
  const { said: first } = await visitor.post('/express/count')
  const { said: second } = await visitor.post('/express/count')
  const number = (said: string | undefined) => Number(/\d+/.exec(said ?? '')?.[0])
  expect(number(second)).toBe(number(first) + 1)
  const letters: Answer[] = []
  // On a machine that needs ten seconds for six requests a new window begins: then once more.
  while (letters.at(-1)?.status !== 429 && letters.length < 60) {
    letters.push(await visitor.post('/express/letters', { text: 'hello' }))
  }
  expect(letters.length).toBeGreaterThan(5)
  expect(letters.at(-1)).toMatchObject({ status: 429, said: expect.stringContaining('Too many') })
})

test('pages are HTML with forms, and what people write is escaped', async () => {
  const ada = await signedIn('<b>ada</b>')
  const done = await ada.form('/express/cart', { item: '<img src=x>' })
  expect([done.status, done.headers.get('location')]).toEqual([
    303,
    `/express/?said=${encodeURIComponent('Added <img src=x>.')}`,
  ])
  const shop = await (await ada.fetch(done.headers.get('location') ?? '')).text()
  expect(shop).toContain('<li>&lt;img src=x&gt;</li>')
  const account = await (await ada.fetch('/fastify/')).text()
  expect(account).toContain('&lt;b&gt;ada&lt;/b&gt;')
  expect(account).toContain('this one')
})

test('a crash of the session’s own master: signed in before and after, nothing else needed', async () => {
  await showcase.whole()
  const ada = await signedIn('survivor')
  await ada.post('/express/cart', { item: 'umbrella' })
  const before = await ada.get('/express/session')
  const shard = before.facts?.shard ?? ''
  const crash = showcase.demo.conductor.inject('crash', shard)
  await expect.poll(() => showcase.demo.conductor.current(shard)?.kind, poll).toBe('crash')
  // Asked while nobody serves the shard: it waits for the promoted replica.
  const during = await ada.get('/fastify/session')
  expect(during).toMatchObject({ status: 200, user: 'survivor', cart: ['umbrella'] })
  await crash
  expect(await ada.get('/express/session')).toMatchObject({ user: 'survivor', cart: ['umbrella'] })
  expect(showcase.crowd.figures).toMatchObject({ signedOut: 0, errors: 0 })
})

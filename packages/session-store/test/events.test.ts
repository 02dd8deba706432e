import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { beforeAll, expect, test } from 'vitest'
import { OPERATION_CHANNEL, type SessionOperationEvent, SessionStore } from '../src/index.js'
import { type Servers, startServers } from './support/servers.js'
import { newId } from './support/session-ids.js'

let servers: Servers
beforeAll(async () => {
  servers = await startServers()
  return () => servers[Symbol.asyncDispose]()
})

test('every operation is told with its outcome and duration, without ids and data', async () => {
  const events: SessionOperationEvent[] = []
  const listen = (event: unknown) => events.push(event as SessionOperationEvent)
  subscribe(OPERATION_CHANNEL, listen)
  const id = newId()
  try {
    const store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
    await store.get(id)
    const { handle } = await store.set(id, { secret: 'hunter2' })
    await store.get(id)
    await store.touch(id, {}, { from: handle })
    await store.destroy(id)
    await store.set(id, { secret: 'hunter3' }, { from: handle })
    await store.set('bad id', {}).catch(() => undefined)
  } finally {
    unsubscribe(OPERATION_CHANNEL, listen)
  }
  expect(
    events.map(({ operation, outcome, errorCode }) => [operation, outcome, errorCode]),
  ).toEqual([
    ['get', 'miss', undefined],
    ['set', 'created', undefined],
    ['get', 'hit', undefined],
    ['touch', 'unchanged', undefined],
    ['destroy', 'destroyed', undefined],
    ['set', 'gone', undefined],
    ['set', 'error', 'DISREDIS_SESSION_ID'],
  ])
  for (const { duration } of events) expect(duration).toBeGreaterThanOrEqual(0)
  expect(JSON.stringify(events)).not.toMatch(new RegExp(`${id}|hunter|bad id`))
})

test('counters count, and the caller’s copy is the caller’s', async () => {
  const store = new SessionStore({ client: servers.ioredis(), deadline: 30_000 })
  const id = newId()
  await store.get(id)
  const { handle } = await store.set(id, { n: 1 })
  await store.get(id)
  await store.set(id, { n: 2 }, { from: handle })
  await store.destroy(id)
  const counters = store.counters
  expect(counters).toMatchObject({ hits: 1, misses: 1, created: 1, updated: 1, destroyed: 1 })
  Object.assign(counters, { hits: 99 })
  expect(store.counters.hits).toBe(1)
})

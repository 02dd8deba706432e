import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { ThreeMasters } from './three-masters.js'

const masters = ThreeMasters.forThisFile()

test('limits each caller over all instances of the application', async () => {
  const redis = await masters.client({ keyPrefix: 'app:' })
  const applications = await Promise.all(
    [1, 2].map(async () => {
      const app = Fastify()
      await app.register(rateLimit, {
        redis,
        max: 3,
        timeWindow: '1 minute',
        keyGenerator: ({ headers }) => String(headers['x-user']),
      })
      app.get('/', async () => 'hello')
      app.get('/strict', { config: { rateLimit: { max: 1 } } }, async () => 'hello')
      return app
    }),
  )
  const [one, other] = applications as [(typeof applications)[0], (typeof applications)[0]]
  const ask = (app: typeof one, user: string, url = '/') =>
    app.inject({ url, headers: { 'x-user': user } })
  const users = Array.from({ length: 12 }, (_, i) => `user-${i}`)
  for (const user of users) {
    const first = await ask(one, user)
    expect([first.statusCode, first.headers['x-ratelimit-remaining']]).toEqual([200, '2'])
    await ask(other, user)
    expect((await ask(one, user)).statusCode).toBe(200)
    const refused = await ask(other, user)
    expect([refused.statusCode, Number(refused.headers['retry-after']) > 0]).toEqual([429, true])
  }
  expect((await ask(one, 'user-1', '/strict')).statusCode).toBe(200)
  expect((await ask(other, 'user-1', '/strict')).statusCode).toBe(429)
  expect(await masters.shardsInUse(redis)).toHaveLength(3)
  await Promise.all(applications.map((app) => app.close()))
})

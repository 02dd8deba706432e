import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { installAlone } from './install-alone.js'
import { nodeBinary, nodeVersions } from './node-binary.js'
import { packAll, packages } from './packages.js'

const adapter = packages.find(({ name }) => name === '@disredis/fastify-session')

test.each(nodeVersions)('a CommonJS Fastify application on Node.js %s', async (version) => {
  if (adapter === undefined) throw new Error('The adapter is not among the packages')
  await using fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3 })
  await using tarballs = await packAll()
  await using consumer = await installAlone(adapter, tarballs, { fastify: '5' })
  await consumer.write(
    'app.js',
    `const fastify = require('fastify')
     const { disredisSession } = require('@disredis/fastify-session')

     async function run() {
       const app = fastify()
       await app.register(disredisSession, {
         sentinels: ${JSON.stringify(fleet.sentinels)},
         secret: 'the secret of a CommonJS application',
       })
       app.get('/login', async (request) => {
         await app.sessionStore.login(request, 'ada')
         return 'welcome'
       })
       app.get('/', async ({ session }) => {
         session.views = (session.views ?? 0) + 1
         return session.userId + ' ' + session.views
       })
       const url = await app.listen({ host: '127.0.0.1', port: 0 })
       const login = await fetch(url + '/login')
       const headers = { cookie: login.headers.get('set-cookie').split(';')[0] }
       for (let i = 0; i < 3; i++) console.log(await (await fetch(url, { headers })).text())
       app.server.closeAllConnections()
       await app.close()
     }
     run()`,
  )
  // All that it prints, so no warning either; and it ends by itself.
  expect(await consumer.run(await nodeBinary(version), ['app.js'])).toBe('ada 1\nada 2\nada 3\n')
})

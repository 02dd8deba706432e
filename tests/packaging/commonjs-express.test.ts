import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { installAlone } from './install-alone.js'
import { nodeBinary, nodeVersions } from './node-binary.js'
import { packAll, packages } from './packages.js'

const adapter = packages.find(({ name }) => name === '@disredis/express-session')

test.each(nodeVersions)('a CommonJS Express application on Node.js %s', async (version) => {
  if (adapter === undefined) throw new Error('The adapter is not among the packages')
  await using fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3 })
  await using tarballs = await packAll()
  await using consumer = await installAlone(adapter, tarballs, { express: '5' })
  await consumer.write(
    'app.js',
    `const express = require('express')
     const { disredisSession } = require('@disredis/express-session')

     const sessions = disredisSession({
       sentinels: ${JSON.stringify(fleet.sentinels)},
       secret: 'a secret',
     })
     const app = express()
     app.use(sessions)
     app.get('/login', async (req, res) => {
       await sessions.store.login(req, 'ada')
       res.send('welcome')
     })
     app.get('/', (req, res) => {
       req.session.views = (req.session.views ?? 0) + 1
       res.send(req.session.userId + ' ' + req.session.views)
     })
     const server = app.listen(0, '127.0.0.1', async () => {
       const url = 'http://127.0.0.1:' + server.address().port
       const login = await fetch(url + '/login')
       const headers = { cookie: login.headers.get('set-cookie').split(';')[0] }
       for (let i = 0; i < 3; i++) console.log(await (await fetch(url, { headers })).text())
       server.close()
       server.closeAllConnections()
       await sessions.close()
     })`,
  )
  // All that it prints, so no warning either; and it ends by itself.
  expect(await consumer.run(await nodeBinary(version), ['app.js'])).toBe('ada 1\nada 2\nada 3\n')
})

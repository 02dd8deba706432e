import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { installAlone } from './install-alone.js'
import { nodeBinary, nodeVersions } from './node-binary.js'
import { packAll, packages } from './packages.js'

const client = packages.find(({ name }) => name === '@disredis/client')

test.each(nodeVersions)('a CommonJS program uses the client on Node.js %s', async (version) => {
  if (client === undefined) throw new Error('The client is not among the packages')
  await using fleet = await startFleet({ masters: 2, replicas: 1, sentinels: 3 })
  await using tarballs = await packAll()
  await using consumer = await installAlone(client, tarballs)
  await consumer.write(
    'app.js',
    `const { Disredis } = require('@disredis/client')
     async function main() {
       const redis = await Disredis.connect(${JSON.stringify(fleet.sentinels)})
       for (const key of ['a', 'b', 'c', 'd']) {
         await redis.set(key, key.toUpperCase())
         console.log(redis.explain(key).shard, await redis.get(key))
       }
       await redis.close()
     }
     main()`,
  )
  // All that it prints, so no warning either; and it ends by itself.
  expect(await consumer.run(await nodeBinary(version), ['app.js'])).toMatch(
    /^shard-\d A\nshard-\d B\nshard-\d C\nshard-\d D\n$/,
  )
})

const { Disredis } = require('@disredis/client')
const { startFleet } = require('@disredis/fleet')
const { PageViews } = require('./page-views')

let fleet
let redis
beforeAll(async () => {
  fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3 })
  redis = await Disredis.connect(fleet.sentinels)
}, 60_000)
afterAll(async () => {
  await redis?.close()
  await fleet?.close()
})

test('views are counted on across a planned failover, and none is lost', async () => {
  const views = new PageViews(redis)
  expect(await views.count('home')).toBe(1)
  const before = fleet.master('shard-1')
  await fleet.failover('shard-1')
  expect(await views.count('home')).toBe(2)
  await fleet.waitForMaster('shard-1', { not: before })
  expect(await views.of('home')).toBe(2)
}, 60_000)

import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { Disredis } from '../src/index.js'

const channels =
  '&+switch-master &+elected-leader &+selected-slave &+promoted-slave &-failover-abort-not-elected ' +
  '&-failover-abort-no-good-slave &-failover-abort-slave-timeout &+failover-end &+monitor &-monitor ' +
  '&+reset-master &+slave &+sdown &-sdown &+odown &-odown &+sentinel &+reboot &+convert-to-slave &+tilt &-tilt'
const sentinelCommands =
  '-@all +auth +hello +ping +role +client|setname +client|id +subscribe +unsubscribe +sentinel|masters ' +
  '+sentinel|master +sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|sentinels ' +
  '+sentinel|ckquorum +sentinel|myid'

test('the least privileges that the documentation names are enough, in a failover too', async () => {
  await using fleet = await startFleet({
    masters: 1,
    replicas: 1,
    sentinels: 3,
    password: 'admin',
    sentinelPassword: 'admin',
    users: [
      'app on >app-secret ~app:* resetchannels -@all +auth +hello +ping +role +select +client|setname +get +set',
    ],
    sentinelUsers: [`watcher on >watcher-secret resetchannels ${channels} ${sentinelCommands}`],
  })
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    username: 'app',
    password: 'app-secret',
    sentinelUsername: 'watcher',
    sentinelPassword: 'watcher-secret',
    keyPrefix: 'app:',
  })
  const failedOver = new Promise((resolve) => redis.once('failoverCompleted', resolve))
  expect(await redis.set('k', 'v')).toBe('OK')
  await fleet.waitForSync()
  await fleet.failover()
  await failedOver
  expect(await redis.get('k')).toBe('v')
  await expect(redis.del('k')).rejects.toThrow('NOPERM')
})

test('TLS: the right authority is served through a failover, a wrong one is refused with its reason', async () => {
  await using fleet = await startFleet({ masters: 1, replicas: 1, sentinels: 3, tls: true })
  const ca = fleet.tls!.ca
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    tls: { ca },
    sentinelTLS: { ca },
  })
  const failedOver = new Promise((resolve) => redis.once('failoverCompleted', resolve))
  await redis.set('k', 'v')
  await fleet.waitForSync()
  await fleet.failover()
  await failedOver
  expect(await redis.get('k')).toBe('v')
  const failure = (options: object) =>
    Disredis.connect({ sentinels: fleet.sentinels, commandTimeout: 2000, ...options }).then(
      () => 'connected',
      (error: Error) => error,
    )
  expect(await failure({ tls: true, sentinelTLS: { ca } })).toMatchObject({
    code: 'DISREDIS_TLS',
    retryable: false,
    message: expect.stringMatching(/self.signed|unable to verify|issuer/i),
  })
  expect(await failure({ tls: { ca }, sentinelTLS: true })).toMatchObject({ retryable: false })
  expect(
    await failure({ tls: { ca, servername: 'other.example' }, sentinelTLS: { ca } }),
  ).toMatchObject({
    code: 'DISREDIS_TLS',
  })
})

test('a password that is rotated is picked up at the next dial', async () => {
  await using fleet = await startFleet({
    masters: 1,
    replicas: 0,
    sentinels: 1,
    downAfter: 60_000,
    password: 'admin',
    users: ['app on >first ~* &* +@all'],
  })
  let password = 'first'
  await using redis = await Disredis.connect({
    sentinels: fleet.sentinels,
    credentials: async () => ({ username: 'app', password }),
  })
  await redis.set('k', 'v')
  const master = fleet.master()
  await master.command('ACL', 'SETUSER', 'app', '>second', '<first')
  await master.command('CLIENT', 'KILL', 'USER', 'app')
  await expect
    .poll(() =>
      redis.get('k').then(
        () => 'served',
        (error: { code: string }) => error.code,
      ),
    )
    .toBe('DISREDIS_AUTHENTICATION')
  password = 'second'
  await expect.poll(() => redis.get('k').catch(() => null), { timeout: 30_000 }).toBe('v')
})

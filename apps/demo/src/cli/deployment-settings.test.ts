import { expect, test } from 'vitest'
import { deploymentSettings } from './deployment-settings.js'
import { UsageError } from './usage-error.js'

const sentinels = 'h1:26379,h2'

test('an environment without a word of disredis asks for a fleet', () => {
  expect(deploymentSettings({ PATH: '/bin', DISREDIS_REDIS_SERVER: '/x' })).toBeUndefined()
  expect(deploymentSettings({ DISREDIS_SENTINELS: '' })).toBeUndefined()
})

test('reads addresses, masters and both sets of credentials', () => {
  expect(
    deploymentSettings({
      DISREDIS_SENTINELS: sentinels,
      DISREDIS_MASTERS: 'a, b',
      DISREDIS_USERNAME: 'app',
      DISREDIS_PASSWORD: 'one',
      DISREDIS_SENTINEL_PASSWORD: 'two',
      DISREDIS_TLS: '1',
    }),
  ).toEqual({
    sentinels: [
      { host: 'h1', port: 26379 },
      { host: 'h2', port: 26379 },
    ],
    masters: ['a', 'b'],
    data: { username: 'app', password: 'one', tls: true },
    sentinel: { username: undefined, password: 'two', tls: true },
  })
})

test('reads the CA from a file', () => {
  const file = new URL('../../package.json', import.meta.url).pathname
  const settings = deploymentSettings({ DISREDIS_SENTINELS: sentinels, DISREDIS_TLS: file })
  expect(settings?.data.tls).toHaveProperty('ca')
  expect(settings?.sentinel.tls).toHaveProperty('ca')
})

test.each([
  [{ DISREDIS_SENTINELS: 'h1:port' }, 'DISREDIS_SENTINELS takes host:port,host:port'],
  [{ DISREDIS_SENTINELS: sentinels, DISREDIS_MASTERS: 'a,,b' }, 'DISREDIS_MASTERS takes'],
  [{ DISREDIS_SENTINELS: sentinels, DISREDIS_USERNAME: 'app' }, 'needs DISREDIS_PASSWORD'],
  [{ DISREDIS_SENTINELS: sentinels, DISREDIS_TLS: '/none.pem' }, 'the path of a CA file'],
  [{ DISREDIS_PASSWORD: 'secret' }, 'DISREDIS_PASSWORD is set, but DISREDIS_SENTINELS is not'],
])('refuses %j with a message that names the variable', (env, message) => {
  expect(() => deploymentSettings(env)).toThrow(UsageError)
  expect(() => deploymentSettings(env)).toThrow(message)
  expect(() => deploymentSettings(env)).not.toThrow('secret')
})

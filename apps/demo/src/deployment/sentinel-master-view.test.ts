import { expect, test } from 'vitest'
import { type MasterView, type ReplicaView, whyNotWhole } from './sentinel-master-view.js'

const master = { host: '10.0.0.1', port: 6379 }

const replica = (given: Partial<ReplicaView> = {}): ReplicaView => ({
  address: { host: '10.0.0.2', port: 6379 },
  flags: 'slave',
  master,
  isLinkUp: true,
  role: 'slave',
  ...given,
})

const view = (given: Partial<MasterView> = {}): MasterView => ({
  master,
  configEpoch: 1,
  flags: 'master',
  replicas: [replica()],
  ...given,
})

test('a shard is whole when all Sentinels see one master and its replicas in sync', () => {
  expect(whyNotWhole([view(), view()])).toBeUndefined()
})

test('a replica that is down does not count, unless it is the last', () => {
  const down = replica({ flags: 'slave,s_down', isLinkUp: false })
  expect(whyNotWhole([view({ replicas: [down, replica()] })])).toBeUndefined()
  expect(whyNotWhole([view({ replicas: [down] })])).toContain('no replica that runs')
})

test.each([
  [[], 'no Sentinel answers'],
  [[view(), view({ master: { host: '10.0.0.2', port: 6379 } })], 'name 10.0.0.1:6379 and 10.0.0.2'],
  [[view({ flags: 'master,failover_in_progress' })], 'has flags master,failover_in_progress'],
  [[view(), view({ replicas: [replica({ role: 'master' })] })], '10.0.0.2:6379 is not in sync'],
  [[view({ replicas: [replica({ isLinkUp: false })] })], '10.0.0.2:6379 is not in sync'],
  [
    [view({ replicas: [replica({ master: { host: '10.0.0.9', port: 1 } })] })],
    '10.0.0.2:6379 is not in sync',
  ],
])('says what is missing', (views, message) => {
  expect(whyNotWhole(views)).toContain(message)
})

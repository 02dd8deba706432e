import { describe, expect, test } from 'vitest'
import { SentinelReplyError } from '../errors.js'
import { eventChannels } from './event-channels.js'
import { createAddressReader } from './read-address.js'
import { parseEvent } from './sentinel-event.js'

const read = (channel: string, payload: string) =>
  parseEvent(channel, payload, createAddressReader({}))

const master = 'master shard-1 10.0.0.1 6379'
const replica = 'slave 10.0.0.2:6380 10.0.0.2 6380 @ shard-1 10.0.0.1 6379'
const sentinel = 'sentinel 5f2c 10.0.0.9 26379 @ shard-1 10.0.0.1 6379'
const first = { host: '10.0.0.1', port: 6379 }
const promoted = { host: '10.0.0.2', port: 6380 }

describe('each form of payload that sentinel.c publishes is read', () => {
  test.each([
    [
      '+switch-master',
      'shard-1 10.0.0.1 6379 10.0.0.2 6380',
      {
        kind: 'masterSwitched',
        shard: 'shard-1',
        from: first,
        to: promoted,
      },
    ],
    ['+elected-leader', master, { kind: 'leaderElected', shard: 'shard-1', master: first }],
    ['+selected-slave', replica, { kind: 'replicaSelected', shard: 'shard-1', address: promoted }],
    ['+promoted-slave', replica, { kind: 'replicaPromoted', shard: 'shard-1', address: promoted }],
    [
      '-failover-abort-not-elected',
      master,
      { kind: 'failoverAborted', shard: 'shard-1', reason: 'not-elected' },
    ],
    [
      '-failover-abort-no-good-slave',
      master,
      { kind: 'failoverAborted', shard: 'shard-1', reason: 'no-good-slave' },
    ],
    [
      '-failover-abort-slave-timeout',
      master,
      { kind: 'failoverAborted', shard: 'shard-1', reason: 'slave-timeout' },
    ],
    [
      '+sdown',
      master,
      { kind: 'masterDown', shard: 'shard-1', address: first, isObjective: false, isDown: true },
    ],
    [
      '-sdown',
      master,
      { kind: 'masterDown', shard: 'shard-1', address: first, isObjective: false, isDown: false },
    ],
    [
      '+odown',
      `${master} #quorum 2/2`,
      { kind: 'masterDown', shard: 'shard-1', address: first, isObjective: true, isDown: true },
    ],
    [
      '-odown',
      master,
      { kind: 'masterDown', shard: 'shard-1', address: first, isObjective: true, isDown: false },
    ],
    ['+sdown', replica, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+sdown', sentinel, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['-sdown', sentinel, { kind: 'sentinelUp', shard: 'shard-1', id: '5f2c' }],
    ['+monitor', `${master} quorum 2`, { kind: 'masterMonitored', shard: 'shard-1' }],
    ['-monitor', master, { kind: 'masterUnmonitored', shard: 'shard-1' }],
    ['+reset-master', master, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+failover-end', master, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+slave', replica, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+sentinel', sentinel, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+reboot', master, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+convert-to-slave', replica, { kind: 'detailsChanged', shard: 'shard-1' }],
    ['+tilt', '#tilt mode entered', { kind: 'tilt', isTilted: true }],
    ['-tilt', '#tilt mode exited', { kind: 'tilt', isTilted: false }],
  ])('%s %s', (channel, payload, event) => {
    expect(read(channel, payload)).toEqual(event)
  })
})

test('every channel that is subscribed to is understood', () => {
  const payloads = [master, replica, 'shard-1 10.0.0.1 6379 10.0.0.2 6380']
  for (const channel of eventChannels) {
    const events = payloads.map((payload) => {
      try {
        return read(channel, payload)
      } catch {
        return undefined
      }
    })
    expect(events.some(Boolean), channel).toBe(true)
  }
})

test('a name without its sign, as other clients subscribe to, is no event', () => {
  expect(read('switch-master', 'shard-1 10.0.0.1 6379 10.0.0.2 6380')).toBeUndefined()
})

describe('a payload of another form is an error, not a guess', () => {
  test.each([
    ['+switch-master', 'shard-1 10.0.0.1 6379'],
    ['+switch-master', 'shard-1 10.0.0.1 6379 10.0.0.2 6380 more'],
    ['+switch-master', 'shard-1 10.0.0.1 6379  6380'],
    ['+switch-master', 'shard-1 10.0.0.1 6379 10.0.0.2 0'],
    ['+selected-slave', 'slave 10.0.0.2:6380  6380 @ shard-1 10.0.0.1 6379'],
    ['+sdown', 'slave 10.0.0.2:6380 10.0.0.2 6380'],
    ['+odown', ''],
    ['+elected-leader', 'garbage'],
  ])('%s %j', (channel, payload) => {
    expect(() => read(channel, payload)).toThrow(SentinelReplyError)
  })
})

test('addresses in events are the ones to dial, after natMap', () => {
  const readAddress = createAddressReader({
    natMap: { '10.0.0.2:6380': { host: 'public', port: 1 } },
  })
  expect(parseEvent('+promoted-slave', replica, readAddress)).toMatchObject({
    address: { host: 'public', port: 1 },
  })
})

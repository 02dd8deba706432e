import { EventEmitter } from 'node:events'
import type { Disredis } from '@disredis/client'
import { expect, test } from 'vitest'
import { faultRecord } from '../../test-support/fault-record.js'
import { FaultLog } from '../faults/fault-log.js'
import { FaultWatch } from '../faults/fault-watch.js'
import type { SentinelNews } from '../measurement/sentinel-news.js'
import { now } from '../time.js'
import { FailoverRecorder } from './failover-recorder.js'

const first = { host: '127.0.0.1', port: 1 }
const second = { host: '127.0.0.1', port: 2 }

/** A client that says who is master; what it does in a failover is tested on real servers. */
class StillClient extends EventEmitter {
  master = first
  readonly topology = { shards: new Map([['a', { master: this.master }]]) }
  health() {
    return { shards: [{ shard: 'a', phase: 'ready', master: this.master }] }
  }
}

function start() {
  const client = new StillClient()
  const recorder = new FailoverRecorder(client as unknown as Disredis, new FaultLog(), now())
  return { client, recorder, [Symbol.dispose]: () => recorder[Symbol.dispose]() }
}

const news = (event: string, address = first, about: SentinelNews['about'] = 'master') => ({
  event,
  shard: 'a',
  about,
  address,
  sentinel: { host: '127.0.0.1', port: 26379 },
  at: now(),
})

/** From the first to the second node. */
function planned(recorder: FailoverRecorder) {
  const watch = new FaultWatch({
    kind: 'planned',
    shard: 'a',
    at: now(),
    lastAcknowledgement: now(),
  })
  recorder.faultBegins(watch)
  recorder.heard(news('+switch-master', second))
  recorder.faultEnds(watch, faultRecord({ kind: 'planned', newMaster: second }))
}

const causes = (recorder: FailoverRecorder) => recorder.records.map(({ cause }) => cause)

test('what a slower Sentinel tells of a failover that is over begins none', () => {
  using it = start()
  planned(it.recorder)
  for (const event of ['+odown', '+try-failover', '+elected-leader']) it.recorder.heard(news(event))
  it.recorder.heard(news('+switch-master', second))
  expect(causes(it.recorder)).toEqual(['planned'])
})

test('a failover that nobody here began is one, right after another one, too', () => {
  using it = start()
  planned(it.recorder)
  it.client.master = second
  it.recorder.heard(news('+elected-leader', second))
  it.recorder.heard(news('+switch-master', first))
  expect(causes(it.recorder)).toEqual(['planned', 'observed'])
  expect(it.recorder.records.at(-1)).toMatchObject({ to: '127.0.0.1:1', state: 'under way' })
})

test('what is told of replicas and of other Sentinels begins none', () => {
  using it = start()
  it.recorder.heard(news('+odown', second, 'slave'))
  it.recorder.heard(news('+sdown'))
  expect(causes(it.recorder)).toEqual([])
})

import type { Credentials } from '@disredis/client'
import { allowDials, dialsAre, fewDials, limitDials } from '../actions/dials.js'
import { resetLinks } from '../actions/links.js'
import { command, follow, kill, occupy, restart } from '../actions/nodes.js'
import { refusedWith } from '../actions/server-facts.js'
import { check, fault, step, together } from '../actions/step.js'
import { acks, condition, load } from '../actions/waits.js'
import type { Check, Scenario } from '../scenario.js'
import { behindProxy, calm, durable, unknown } from './common.js'

const readsAreFine: Check = check('no read failed', ({ ledger }) => {
  const failed = ledger.failedCommands.get('GET') ?? 0
  return failed === 0 ? undefined : `${failed} did`
})

/** Passwords that the client is told and that the servers take: one process runs one scenario. */
let password = 'first'
let hangs = false

function hangOnce(): Promise<Credentials> {
  if (!hangs) return Promise.resolve({ username: 'app', password })
  hangs = false
  return new Promise(() => {})
}

const rotating = {
  ...calm,
  users: ['app on >first ~* &* +@all'],
} as const

/** What servers refuse: rows 24 to 30. */
export const replyScenarios: readonly Scenario[] = [
  {
    id: 'readonly-in-a-pipeline',
    fault: 24,
    title: 'the master becomes a replica under load for 0.7 s (REPLICAOF), and a master again',
    fleet: calm,
    steps: [
      acks(100),
      fault(command('shard-1/1', 'REPLICAOF', '127.0.0.1', 1)),
      load(700),
      command('shard-1/1', 'REPLICAOF', 'NO', 'ONE'),
      acks(200),
    ],
    expect: { checks: [refusedWith('shard-1/1', 'READONLY')] },
  },
  {
    id: 'loading',
    fault: 25,
    title: 'the master loads its data for some seconds (DEBUG RELOAD)',
    fleet: {
      ...calm,
      dataConfig: ['key-load-delay 20', 'loading-process-events-interval-bytes 1024'],
    },
    steps: [
      acks(50),
      command('shard-1/1', 'DEBUG', 'POPULATE', 20_000),
      fault(occupy('shard-1/1', 'DEBUG', 'RELOAD')),
      load(3_000),
      acks(100),
    ],
    expect: { checks: [refusedWith('shard-1/1', 'LOADING')] },
  },
  {
    id: 'loading-at-a-restart',
    fault: 25,
    title: 'a master restarts and loads its data while 1,000 writes and more wait for it',
    fleet: {
      ...calm,
      replicas: 0,
      dataConfig: [...durable, 'key-load-delay 100', 'loading-process-events-interval-bytes 1024'],
    },
    load: { pushes: 1_000, lanes: 1 },
    steps: [acks(3_000), fault(kill('shard-1/1')), load(1_000), restart('shard-1/1'), acks(500)],
    expect: { errors: { 'shard-1': unknown }, checks: [refusedWith('shard-1/1', 'LOADING')] },
  },
  {
    id: 'masterdown',
    fault: 26,
    title: 'the master becomes a replica that refuses stale reads, and a master again',
    fleet: { ...calm, dataConfig: ['replica-serve-stale-data no'] },
    steps: [
      acks(100),
      fault(command('shard-1/1', 'REPLICAOF', '127.0.0.1', 1)),
      load(700),
      command('shard-1/1', 'REPLICAOF', 'NO', 'ONE'),
      acks(200),
    ],
    expect: { checks: [refusedWith('shard-1/1', 'MASTERDOWN')] },
  },
  {
    id: 'masterdown-at-a-replica',
    fault: 26,
    title: 'reads prefer replicas; one of two loses its master and refuses stale reads',
    fleet: { ...calm, replicas: 2, dataConfig: ['replica-serve-stale-data no'] },
    client: () => ({ readFrom: 'replicaPreferred' }),
    load: { reads: 300 },
    steps: [
      acks(100),
      fault(command('shard-1/2', 'REPLICAOF', '127.0.0.1', 1)),
      load(1_500),
      follow('shard-1/2', 'shard-1/1'),
      acks(100),
    ],
    expect: { checks: [readsAreFine] },
  },
  {
    id: 'busy-script',
    fault: 27,
    title: 'a script runs for 1.5 s until it is killed',
    fleet: { ...calm, dataConfig: ['lua-time-limit 100'] },
    steps: [
      acks(100),
      fault(occupy('shard-1/1', 'EVAL', 'while true do end', 0)),
      load(1_500),
      command('shard-1/1', 'SCRIPT', 'KILL'),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': ['ReplyError BUSY', 'ReplyError EXECABORT'] },
      checks: [refusedWith('shard-1/1', 'BUSY'), readsAreFine],
    },
  },
  {
    id: 'out-of-memory',
    fault: 28,
    title: 'writes are refused for lack of memory',
    ...behindProxy,
    steps: [
      acks(50),
      fault(command('shard-1/1', 'CONFIG', 'SET', 'maxmemory', 1)),
      load(1_000),
      command('shard-1/1', 'CONFIG', 'SET', 'maxmemory', 0),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': ['ReplyError OOM', 'ReplyError EXECABORT'] },
      checks: [refusedWith('shard-1/1', 'OOM'), dialsAre(1), readsAreFine],
    },
  },
  {
    id: 'disk-full',
    fault: 28,
    title: 'writes are refused because a snapshot could not be saved (MISCONF)',
    fleet: { ...calm, dataConfig: ['enable-protected-configs yes'] },
    proxied: ['data'],
    steps: [
      acks(50),
      command('shard-1/1', 'CONFIG', 'SET', 'dir', '/proc'),
      command('shard-1/1', 'CONFIG', 'SET', 'save', '3600 1'),
      fault(command('shard-1/1', 'BGSAVE')),
      condition('the snapshot fails', async (world) => {
        const info = String(await world.node('shard-1/1').command('INFO', 'persistence'))
        return info.includes('rdb_last_bgsave_status:err') ? undefined : 'it did not yet'
      }),
      load(500),
      command('shard-1/1', 'CONFIG', 'SET', 'save', ''),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': ['ReplyError MISCONF', 'ReplyError EXECABORT'] },
      checks: [refusedWith('shard-1/1', 'MISCONF'), dialsAre(1), readsAreFine],
    },
  },
  {
    id: 'no-permission',
    fault: 28,
    title: 'the user may not push any more, then again',
    ...behindProxy,
    steps: [
      acks(50),
      fault(command('shard-1/1', 'ACL', 'SETUSER', 'default', '-rpush')),
      load(500),
      command('shard-1/1', 'ACL', 'SETUSER', 'default', '+rpush'),
      acks(100),
    ],
    expect: {
      errors: { 'shard-1': ['ReplyError NOPERM', 'ReplyError EXECABORT'] },
      checks: [refusedWith('shard-1/1', 'NOPERM'), dialsAre(1), readsAreFine],
    },
  },
  {
    id: 'too-many-clients',
    fault: 29,
    title: 'the connection is lost and the master takes no more clients for 2 s',
    ...behindProxy,
    alsoTell: { dials: 'dials in 2 s' },
    steps: [
      acks(50),
      limitDials('shard-1/1'),
      fault(resetLinks('shard-1/1')),
      load(2_000),
      fewDials('shard-1/1', 1),
      allowDials(),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'rotated-password',
    fault: 30,
    title: 'the password changes and connections are dropped; `credentials` knows the new one',
    fleet: rotating,
    client: () => ({ credentials: () => ({ username: 'app', password }) }),
    steps: [
      acks(50),
      together(...['shard-1/1', 'shard-1/2'].map((name) => rotate(name, 'second'))),
      step('the client is told', () => {
        password = 'second'
      }),
      fault(command('shard-1/1', 'CLIENT', 'KILL', 'USER', 'app')),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'credentials-that-hang',
    fault: 30,
    title: 'connections are dropped, and the `credentials` callback never answers the next call',
    fleet: rotating,
    client: () => ({ credentials: hangOnce }),
    load: { timeout: 4_000 },
    steps: [
      acks(50),
      step('the next call will hang', () => {
        hangs = true
      }),
      fault(command('shard-1/1', 'CLIENT', 'KILL', 'USER', 'app')),
      acks(100),
    ],
    expect: { errors: { 'shard-1': unknown } },
  },
  {
    id: 'wrong-password',
    fault: 30,
    title: 'the password changes and connections are dropped; the client learns it 2 s later',
    fleet: rotating,
    proxied: ['data'],
    client: () => ({ credentials: () => ({ username: 'app', password }) }),
    alsoTell: { dials: 'dials in 2 s' },
    steps: [
      acks(50),
      together(...['shard-1/1', 'shard-1/2'].map((name) => rotate(name, 'second'))),
      fault(command('shard-1/1', 'CLIENT', 'KILL', 'USER', 'app')),
      load(2_000),
      fewDials('shard-1/1', 1),
      step('a clear error', (world) => {
        const { lastError } = world.client.health().shards[0]!
        if (lastError?.name !== 'AuthenticationError') throw new Error(`health says ${lastError}`)
        password = 'second'
      }),
      acks(100),
    ],
    expect: { errors: { 'shard-1': [...unknown, 'AuthenticationError'] } },
  },
]

function rotate(name: string, to: string) {
  return command(name, 'ACL', 'SETUSER', 'app', 'resetpass', `>${to}`)
}

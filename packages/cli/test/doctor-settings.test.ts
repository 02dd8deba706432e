import { mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Fleet, FleetNode } from '@disredis/fleet'
import { beforeAll, describe, expect, test } from 'vitest'
import { examine, expectOnly, until } from '../test-support/examine.js'
import { access, startHealthyFleet } from '../test-support/healthy-fleet.js'
import { run } from '../test-support/run.js'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startHealthyFleet()
  return () => fleet.close()
})

const master = () => fleet.master('shard-1')
const replica = () => fleet.replicas('shard-1')[0]!
const sentinels = () => [1, 2, 3].map((number) => fleet.sentinel(number))
const dataNodes = () => [
  master(),
  replica(),
  fleet.master('shard-2'),
  fleet.replicas('shard-2')[0]!,
]

interface Fault {
  readonly code: string
  /** Makes it, and gives what mends it. */
  readonly make: () => Promise<() => Promise<unknown>>
  readonly argv?: readonly string[]
}

/** A directive of servers, changed on the nodes and set back. */
function setting(code: string, nodes: () => FleetNode[], name: string, value: string): Fault {
  return {
    code,
    make: async () => {
      const before = new Map<FleetNode, string>()
      for (const node of nodes()) {
        const [, old] = (await node.command('CONFIG', 'GET', name)) as [string, string]
        before.set(node, old)
        await node.command('CONFIG', 'SET', name, value)
      }
      return async () => {
        for (const [node, old] of before) await node.command('CONFIG', 'SET', name, old)
      }
    },
  }
}

/** An option of a master, changed on Sentinels and set back. */
function option(
  code: string,
  nodes: () => FleetNode[],
  name: string,
  value: string,
  before: string,
): Fault {
  const set = async (to: string) => {
    for (const node of nodes()) await node.command('SENTINEL', 'SET', 'shard-1', name, to)
  }
  return {
    code,
    make: async () => {
      await set(value)
      return () => set(before)
    },
  }
}

const faults: readonly Fault[] = [
  option('quorum-above-voters', sentinels, 'quorum', '4', '2'),
  option('quorum-above-majority', sentinels, 'quorum', '3', '2'),
  option('quorum-far-below-majority', sentinels, 'quorum', '1', '2'),
  option('sentinels-disagree-on-quorum', () => [fleet.sentinel(2)], 'quorum', '3', '2'),
  option(
    'sentinels-disagree-on-timing',
    () => [fleet.sentinel(3)],
    'failover-timeout',
    '61000',
    '60000',
  ),
  option('down-after-above-command-timeout', sentinels, 'down-after-milliseconds', '30000', '5000'),
  option('down-after-too-short', sentinels, 'down-after-milliseconds', '999', '5000'),
  option('failover-timeout-out-of-range', sentinels, 'failover-timeout', '600000', '60000'),
  option('failover-timeout-out-of-range', sentinels, 'failover-timeout', '3000', '60000'),
  setting('no-promotable-replica', () => [replica()], 'replica-priority', '0'),
  setting('min-replicas-blocks-writes', () => [master()], 'min-replicas-to-write', '1'),
  setting('no-persistence', () => [master()], 'appendonly', 'no'),
  setting('replica-is-writable', () => [replica()], 'replica-read-only', 'no'),
  setting(
    'replica-buffer-too-small',
    () => [master()],
    'client-output-buffer-limit',
    'replica 65536 65536 60',
  ),
  setting('masterauth-missing', () => [master()], 'masterauth', ''),
  setting('keyspace-events-differ', () => [master()], 'notify-keyspace-events', 'KEA'),
  setting('idle-clients-are-closed', () => [master()], 'timeout', '600'),
  setting('maxmemory-differs', () => [replica()], 'maxmemory', '1gb'),
  {
    code: 'eviction-unfit-for-sessions',
    make: async () => {
      const set = async (maxmemory: string, policy: string) => {
        for (const node of [master(), replica()]) {
          await node.command('CONFIG', 'SET', 'maxmemory', maxmemory)
          await node.command('CONFIG', 'SET', 'maxmemory-policy', policy)
        }
      }
      await set('1gb', 'allkeys-lru')
      return () => set('0', 'noeviction')
    },
  },
  {
    code: 'memory-near-limit',
    make: async () => {
      const used = async (node: FleetNode) =>
        Number(/used_memory:(\d+)/.exec(String(await node.command('INFO', 'memory')))?.[1])
      const most = Math.max(await used(master()), await used(replica()))
      const set = async (value: string) => {
        for (const node of [master(), replica()]) {
          await node.command('CONFIG', 'SET', 'maxmemory', value)
        }
      }
      await set(`${most}`)
      return () => set('0')
    },
  },
  {
    code: 'clients-near-limit',
    make: async () => {
      const idle = Array.from({ length: 40 }, () => connect(master().address))
      const used = await until(
        async () => String(await master().command('INFO', 'clients')),
        (info) => Number(/connected_clients:(\d+)/.exec(info)?.[1]) > idle.length,
      )
      const clients = Number(/connected_clients:(\d+)/.exec(used)?.[1])
      const [, before] = (await master().command('CONFIG', 'GET', 'maxclients')) as [string, string]
      // The doctor's own connections have to fit.
      await master().command('CONFIG', 'SET', 'maxclients', `${clients + 3}`)
      return async () => {
        for (const socket of idle) socket.destroy()
        await until(
          () => master().command('CONFIG', 'SET', 'maxclients', before),
          (answer) => answer === 'OK',
        )
      }
    },
  },
  {
    code: 'users-differ',
    make: async () => {
      await replica().command('ACL', 'SETUSER', 'app', '-flushall')
      return () => replica().command('ACL', 'SETUSER', 'app', '+@all')
    },
  },
  {
    code: 'default-user-has-all-rights',
    make: async () => {
      for (const node of dataNodes()) {
        await node.command('ACL', 'SETUSER', 'default', 'on', '>a password', '~*', '+@all')
      }
      return async () => {
        for (const node of dataNodes()) {
          await node.command('ACL', 'SETUSER', 'default', 'reset', 'off')
        }
      }
    },
  },
  {
    code: 'no-password',
    make: async () => {
      for (const node of dataNodes()) {
        await node.command('ACL', 'SETUSER', 'default', 'on', 'nopass', '~*', '+@all')
      }
      return async () => {
        for (const node of dataNodes()) {
          await node.command('ACL', 'SETUSER', 'default', 'reset', 'off')
        }
      }
    },
  },
  {
    code: 'sentinel-without-password',
    make: async () => {
      await fleet.sentinel(1).command('ACL', 'SETUSER', 'default', 'on', 'nopass', '~*', '+@all')
      return () => fleet.sentinel(1).command('ACL', 'SETUSER', 'default', 'reset', 'off')
    },
  },
  {
    code: 'persistence-fails',
    make: async () => {
      const [, dir] = (await replica().command('CONFIG', 'GET', 'dir')) as [string, string]
      // A folder where the file should be: the rename at the end fails, whoever runs it.
      const inTheWay = join(dir, 'dump.rdb')
      await rm(inTheWay, { force: true })
      await mkdir(inTheWay)
      const save = (status: string) =>
        until(
          async () => {
            await replica()
              .command('BGSAVE')
              .catch(() => {})
            return String(await replica().command('INFO', 'persistence'))
          },
          (info) => info.includes(`rdb_last_bgsave_status:${status}`),
        )
      await save('err')
      return async () => {
        await rmdir(inTheWay)
        await save('ok')
      }
    },
  },
  {
    code: 'replica-lags',
    make: async () => {
      // A paused replica does not apply what its master sends; it goes on answering questions.
      await replica().command('CLIENT', 'PAUSE', '100000', 'WRITE')
      await master().command('SET', 'large', 'x'.repeat(2 * 1024 * 1024))
      return async () => {
        await replica().command('CLIENT', 'UNPAUSE')
        await master().command('DEL', 'large')
        await fleet.waitForSync('shard-1')
      }
    },
  },
  {
    code: 'backlog-too-small',
    make: async () => {
      await master().command('CONFIG', 'SET', 'repl-backlog-size', '16384')
      const stop = new AbortController()
      const writing = (async () => {
        while (!stop.signal.aborted) await master().command('SET', 'k', 'x'.repeat(4096))
      })()
      await until(
        async () => String(await master().command('INFO', 'stats')),
        (info) => Number(/instantaneous_output_repl_kbps:([\d.]+)/.exec(info)?.[1]) > 20,
      )
      return async () => {
        stop.abort()
        await writing
        await master().command('DEL', 'k')
        await master().command('CONFIG', 'SET', 'repl-backlog-size', '200mb')
      }
    },
  },
  {
    code: 'unbalanced-shards',
    make: async () => {
      await master().command('EVAL', "for i = 1, 2000 do redis.call('SET', 'u:' .. i, i) end", '0')
      return () => master().command('FLUSHALL')
    },
  },
  {
    code: 'sentinels-disagree-on-masters',
    make: async () => {
      const { host, port } = fleet.master('shard-2').address
      const third = fleet.sentinel(3)
      const config = await readFile(third.configFile, 'utf8')
      const login = ['auth-user', 'auth-pass'].flatMap((name) => [
        name,
        new RegExp(`^sentinel ${name} shard-2 "?([^"\\n]*)"?$`, 'm').exec(config)![1]!,
      ])
      await third.command('SENTINEL', 'REMOVE', 'shard-2')
      return async () => {
        await third.command('SENTINEL', 'MONITOR', 'shard-2', host, `${port}`, '2')
        await third.command('SENTINEL', 'SET', 'shard-2', ...login)
        const times = ['down-after-milliseconds', '5000', 'failover-timeout', '60000']
        await third.command('SENTINEL', 'SET', 'shard-2', ...times)
      }
    },
  },
  {
    code: 'even-number-of-sentinels',
    make: async () => {
      // A hello of a Sentinel that has never been: this is how the others meet each other.
      const id = 'f'.repeat(40)
      const { host, port } = master().address
      for (const node of sentinels()) {
        const hello = ['127.0.0.4', '1', id, '0', 'shard-1', host, `${port}`, '0']
        await node.command('PUBLISH', '__sentinel__:hello', hello.join(','))
      }
      return forgetSentinels
    },
  },
]

/** Sentinels forget whom they have not heard of since, one after the other as the manual has it. */
async function forgetSentinels(): Promise<void> {
  for (const node of sentinels()) await node.command('SENTINEL', 'RESET', 'shard-1')
  await until(
    () => examine(fleet),
    (findings) => findings.length === 0,
  )
}

test('nothing is found in a healthy fleet', async () => {
  const { code, out } = await run(['doctor', '-s', fleet.sentinels.join(',')], { env: access })
  expect([code, out]).toEqual([0, 'Nothing found.'])
})

describe('a fault that is made is found, and no other of its severity', () => {
  test.each(faults)('$code', async ({ code, make, argv = [] }) => {
    const mend = await make()
    try {
      expectOnly(await examine(fleet, { argv }), code)
    } finally {
      await mend()
    }
    // What was made is gone: the next one starts from a healthy fleet.
    await until(
      () => examine(fleet),
      (findings) => findings.length === 0,
    )
  })
})

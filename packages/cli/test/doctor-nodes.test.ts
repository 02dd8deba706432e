import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  ensureRedisServer,
  type Fleet,
  type FleetNode,
  type FleetOptions,
  startFleet,
} from '@disredis/fleet'
import { afterEach, describe, expect, test } from 'vitest'
import { collectSnapshot, diagnose } from '../src/index.js'
import { examine, expectOnly, findsSoon } from '../test-support/examine.js'
import { access, startHealthyFleet } from '../test-support/healthy-fleet.js'
import { startLooseReplica } from '../test-support/loose-replica.js'
import { releasedServer } from '../test-support/released-server.js'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function start(options: FleetOptions = {}): Promise<Fleet> {
  const fleet = await startHealthyFleet({ masters: 1, ...options })
  cleanUps.push(() => fleet.close())
  return fleet
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'disredis-cli-doctor-'))
  cleanUps.push(() => rm(path, { recursive: true }))
  return path
}

/** So that a Sentinel looks anew at what servers say. */
const quick = { 'info-period': 200 }

/** Has a replica tell its master another address. */
async function announce(fleet: Fleet, replica: FleetNode, host: string): Promise<void> {
  const { address } = fleet.master()
  await replica.command('CONFIG', 'SET', 'replica-announce-ip', host)
  await replica.command('REPLICAOF', 'NO', 'ONE')
  await replica.command('REPLICAOF', address.host, `${address.port}`)
}

/** Masters and replicas the other way round: what a replica announces is then also where it listens. */
const replicasAtHome = {
  masters: '127.0.0.2',
  replicas: '127.0.0.1',
  sentinels: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
}

describe('masters and replicas', () => {
  test('no-replica', async () => {
    expectOnly(await examine(await start({ replicas: 0 })), 'no-replica')
  })

  test('ghost-replica: one is gone, and another is left', async () => {
    const fleet = await start({ replicas: 2, downAfter: 1000 })
    await fleet.replicas()[0]!.kill()
    await findsSoon(fleet, 'ghost-replica')
  })

  test('master-down: it died, and the Sentinels wait with their next attempt', async () => {
    const fleet = await start({ downAfter: 1000 })
    const { host, port } = fleet.master().address
    for (const number of [1, 2, 3]) {
      // A vote for somebody else's failover: no attempt of one's own for twice the failover-timeout.
      const vote = ['IS-MASTER-DOWN-BY-ADDR', host, `${port}`, '99', 'e'.repeat(40)]
      await fleet.sentinel(number).command('SENTINEL', ...vote)
    }
    await fleet.master().kill()
    await findsSoon(fleet, 'master-down')
  })

  test('master-and-replicas-on-one-host', async () => {
    const bind = {
      masters: '127.0.0.1',
      replicas: '127.0.0.1',
      sentinels: replicasAtHome.sentinels,
    }
    expectOnly(await examine(await start({ bind })), 'master-and-replicas-on-one-host')
  })

  test('replica-unknown-to-sentinels: it does not want to be announced', async () => {
    const fleet = await start({ replicas: 2, sentinelTimers: quick })
    await fleet.replicas()[1]!.command('CONFIG', 'SET', 'replica-announced', 'no')
    await findsSoon(fleet, 'replica-unknown-to-sentinels')
  })

  test('role-contradicts-sentinels: a replica was made a master by hand', async () => {
    const fleet = await start()
    await fleet.replicas()[0]!.command('REPLICAOF', 'NO', 'ONE')
    await findsSoon(fleet, 'role-contradicts-sentinels')
  })

  test('replicates-from-elsewhere: a replica of a replica', async () => {
    const fleet = await start({ replicas: 2 })
    const [first, second] = fleet.replicas()
    await second!.command('REPLICAOF', first!.address.host, `${first!.address.port}`)
    await findsSoon(fleet, 'replicates-from-elsewhere')
  })

  test('replication-link-down: it has a wrong password of the master', async () => {
    const fleet = await start()
    await fleet.replicas()[0]!.command('CONFIG', 'SET', 'masterauth', 'wrong one')
    await fleet.master().command('CLIENT', 'KILL', 'TYPE', 'replica')
    const { evidence } = await findsSoon(fleet, 'replication-link-down')
    expect(evidence.join()).not.toContain('wrong one')
  })

  test('failover-in-progress', async () => {
    const fleet = await start({ replicas: 2 })
    // It does not follow the new master, and the failover does not end.
    await fleet.replicas()[1]!.pause()
    await fleet.failover()
    await findsSoon(fleet, 'failover-in-progress')
  })

  test('parallel-syncs-all', async () => {
    const fleet = await start({ replicas: 3 })
    for (const number of [1, 2, 3]) {
      await fleet.sentinel(number).command('SENTINEL', 'SET', 'shard-1', 'parallel-syncs', '2')
    }
    expectOnly(await examine(fleet), 'parallel-syncs-all')
  })

  test('no-config-file: a server that was started by its command line alone', async () => {
    const fleet = await start({ sentinelTimers: quick })
    const { path } = await ensureRedisServer()
    await using _replica = await startLooseReplica(fleet.master(), { program: path })
    await findsSoon(fleet, 'no-config-file')
  })

  test('versions-cannot-replicate-back and versions-mixed: a replica of a later release', async () => {
    const [older, newer] = [await releasedServer('redis-7.0'), await releasedServer('redis-8.0')]
    const fleet = await start({ server: older, sentinelTimers: quick })
    await using _replica = await startLooseReplica(fleet.master(), { program: newer })
    const { evidence } = await findsSoon(fleet, 'versions-cannot-replicate-back')
    expect(evidence.join()).toMatch(
      /is Redis 7\.0\.\d+, RDB format 10.*is Redis 8\.0\.\d+, RDB format 12/,
    )
    expectOnly(await examine(fleet), 'versions-mixed')
  })

  test('renamed-commands: Sentinel needs what was taken away', async () => {
    const fleet = await start({ dataConfig: ['rename-command SCRIPT ""'] })
    const { evidence } = expectOnly(await examine(fleet), 'renamed-commands')
    expect(evidence.join()).toContain('does not know SCRIPT')
  })
})

describe('addresses', () => {
  test('announced-address-unreachable: with the natMap that fits', async () => {
    const fleet = await start()
    const { port } = fleet.master().address
    const file = join(await folder(), 'nat.json')
    // From here that address leads to where nobody listens.
    await writeFile(file, JSON.stringify({ [`127.0.0.1:${port}`]: '127.0.0.77:1' }))
    const sentinels = fleet.sentinels.map((address) => address.replace('127.0.0.1', 'localhost'))
    const findings = await examine(sentinels.join(','), { argv: ['--nat-map', file] })
    const { remedy } = expectOnly(findings, 'announced-address-unreachable')
    expect(remedy.join('\n')).toContain(
      `natMap: {"127.0.0.1:${port}":{"host":"localhost","port":${port}}}`,
    )
  })

  test('unusable-address: a replica announces 0.0.0.0', async () => {
    const fleet = await start({ bind: replicasAtHome, sentinelTimers: quick })
    await announce(fleet, fleet.replicas()[0]!, '0.0.0.0')
    await findsSoon(fleet, 'unusable-address')
  })

  test('loopback-announced: all but one Sentinel are on 127.0.0.0/8', async () => {
    const fleet = await start({ downAfter: 1000 })
    const { host, port } = fleet.master().address
    for (const number of [1, 2, 3]) {
      // A Sentinel on another host, which is down; the addresses are of the range for examples.
      const fields = ['192.0.2.1', 26379, 'd'.repeat(40), 0, 'shard-1', host, port, 0]
      await fleet.sentinel(number).command('PUBLISH', '__sentinel__:hello', fields.join(','))
    }
    await findsSoon(fleet, 'loopback-announced')
  })

  test('names-and-addresses-mixed: one replica announces a name', async () => {
    const names = ['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes']
    const fleet = await start({
      bind: replicasAtHome,
      sentinelTimers: quick,
      sentinelConfig: names,
    })
    await announce(fleet, fleet.replicas()[0]!, 'localhost')
    await findsSoon(fleet, 'names-and-addresses-mixed')
  })

  test('resolve-hostnames-off: the name of a replica means nothing to the Sentinels', async () => {
    const fleet = await start({ bind: replicasAtHome, sentinelTimers: quick })
    await announce(fleet, fleet.replicas()[0]!, 'localhost')
    await findsSoon(fleet, 'resolve-hostnames-off')
  })
})

describe('access', () => {
  test('protected-mode-locks-out: it is on, and there is no password', async () => {
    const fleet = await startFleet({
      downAfter: 5000,
      failoverTimeout: 60_000,
      bind: { ...replicasAtHome, masters: '127.0.0.1', replicas: '127.0.0.2' },
      dataConfig: ['appendonly yes'],
    })
    cleanUps.push(() => fleet.close())
    await fleet.master().command('CONFIG', 'SET', 'protected-mode', 'yes')
    const nobody = Object.fromEntries(Object.keys(access).map((name) => [name, '']))
    expectOnly(await examine(fleet, { env: nobody }), 'protected-mode-locks-out')
  })

  test('not-permitted: a user that may not read the configuration', async () => {
    const fleet = await start({ users: ['looker on >looks ~* &* +@all -config'] })
    const env = { DISREDIS_USERNAME: 'looker', DISREDIS_PASSWORD: 'looks' }
    const { evidence } = expectOnly(await examine(fleet, { env }), 'not-permitted')
    expect(evidence.join()).toContain('does not allow us CONFIG')
  })

  test('the user that the documentation names is enough for every check', async () => {
    const page = await readFile(new URL('../../../docs/doctor.md', import.meta.url), 'utf8')
    const [onServers, onSentinels] = [...page.matchAll(/^user (doctor .*)$/gm)].map(([, rules]) =>
      rules!.replace('>PASSWORD', '>looks'),
    )
    const fleet = await start({ users: [onServers!], sentinelUsers: [onSentinels!] })
    const env = {
      ...{ DISREDIS_USERNAME: 'doctor', DISREDIS_PASSWORD: 'looks' },
      ...{ DISREDIS_SENTINEL_USERNAME: 'doctor', DISREDIS_SENTINEL_PASSWORD: 'looks' },
    }
    expect(await examine(fleet, { env })).toEqual([])
  })

  test('node-refuses-us: a wrong password of the servers leaves what the Sentinels say', async () => {
    const fleet = await start()
    const findings = await examine(fleet, { env: { DISREDIS_PASSWORD: 'wrong one' } })
    const { evidence } = expectOnly(findings, 'node-refuses-us')
    expect(evidence.join()).toContain('refuses the credentials (WRONGPASS)')
  })
})

describe('beside the servers', () => {
  test('clock-skew: the clock of this machine is behind', async () => {
    const fleet = await start()
    const snapshot = await collectSnapshot(
      {
        sentinels: fleet.sentinels.map((address) => {
          const [host = '', port] = address.split(':')
          return { host, port: Number(port) }
        }),
        masters: undefined,
        weights: undefined,
        keyPrefix: undefined,
        db: 0,
        data: { username: access.DISREDIS_USERNAME, password: access.DISREDIS_PASSWORD },
        sentinel: { username: access.DISREDIS_USERNAME, password: access.DISREDIS_PASSWORD },
        natMap: undefined,
        timeout: 5000,
      },
      { now: () => Date.now() - 60_000 },
    )
    const { subject, evidence } = expectOnly(diagnose(snapshot), 'clock-skew')
    expect(subject).toBe('this machine')
    expect(evidence.join()).toMatch(/is (59|60)\d{3} ms behind/)
  })

  test('obsolete-directives: a file with which the server does not start', async () => {
    const fleet = await start()
    const file = join(await folder(), 'sentinel.conf')
    const { host, port } = fleet.master().address
    const line = `sentinel monitor shard-1 ${host} ${port} 2`
    await writeFile(file, `port 0\n${line}\nsentinel can-failover shard-1 yes\n`)
    const { subject } = expectOnly(
      await examine(fleet, { argv: ['--config', file] }),
      'obsolete-directives',
    )
    expect(subject).toBe(`${file}:3`)
    const { path } = await ensureRedisServer()
    await expect(promisify(execFile)(path, [file, '--sentinel'])).rejects.toThrow()
  })
})

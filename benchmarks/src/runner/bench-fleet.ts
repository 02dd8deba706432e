import { type Fleet, startFleet } from '@disredis/fleet'
import type { Target } from '../contenders/contender.js'

/** Long enough that a busy machine does not fail over in the middle of a round. */
const downAfter = 30_000

/** Masters without replicas (they would share the cores) and three Sentinels. */
export async function startBenchFleet(masters: number): Promise<Fleet> {
  return startFleet({ masters, replicas: 0, sentinels: 3, downAfter })
}

export function targetOf(fleet: Fleet): Target {
  return {
    shards: fleet.masters.map((name) => ({ name, ...fleet.master(name).address })),
    sentinels: fleet
      .nodes()
      .filter((node) => node.role === 'sentinel')
      .map((node) => node.address),
  }
}

/** "Redis 7.0.15" or "Valkey 8.1.0", as the server says. */
export async function serverVersion(fleet: Fleet): Promise<string> {
  const info = String(await fleet.master(fleet.masters[0]).command('INFO', 'server'))
  const valkey = /valkey_version:([\w.]+)/.exec(info)
  const redis = /redis_version:([\w.]+)/.exec(info)
  return valkey !== null ? `Valkey ${valkey[1]}` : `Redis ${redis?.[1] ?? 'of unknown version'}`
}

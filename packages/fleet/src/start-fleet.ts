import { all } from './all.js'
import { useServer } from './find-redis-server.js'
import { Fleet } from './fleet.js'
import { FleetError } from './fleet-error.js'
import { type FleetOptions, resolveOptions } from './fleet-options.js'
import { FleetWorkshop } from './fleet-workshop.js'
import { installAdvice } from './install-advice.js'
import { ensureRedisServer } from './install-redis-server.js'
import { deadlineIn } from './wait-for.js'

/**
 * Starts masters, replicas and Sentinels as real processes, and resolves when replicas are in sync
 * and every Sentinel could lead a failover. It takes about a second.
 *
 * Nothing of a fleet outlives the process that started it, whatever ends that process. A fleet does
 * not keep the process alive.
 *
 * @throws FleetError; everything that was started has then ended.
 */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  if (process.platform === 'win32') {
    const message = `Fleets do not run on Windows itself: ${installAdvice('windows')}`
    throw new FleetError('DISREDIS_FLEET_SERVER_NOT_FOUND', message)
  }
  const settings = resolveOptions(options)
  const binary =
    settings.server === undefined
      ? await ensureRedisServer()
      : await useServer(settings.server, 'Option server')
  const deadline = deadlineIn(settings.timeout)
  const workshop = new FleetWorkshop(settings, binary)
  try {
    const [sentinels, shards] = await all([
      workshop.startSentinels(deadline),
      workshop.startShards(settings.masters, deadline),
    ])
    await workshop.watch(sentinels, shards, deadline)
    return new Fleet(workshop, sentinels, shards)
  } catch (error) {
    await workshop.close()
    throw error
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Step } from '../scenario.js'
import type { ClientEvent } from '../subjects/disredis-subject.js'
import { until } from '../world/until.js'
import type { World } from '../world/world.js'
import { step } from './step.js'

/** The load goes on until so many more writes of each shard (or of one) were acknowledged. */
export function acks(count: number, shard?: string): Step {
  return step(`${count} more acks${shard === undefined ? '' : ` of ${shard}`}`, async (world) => {
    const shards = shard === undefined ? world.ledger.shards : [shard]
    const goals = shards.map((name) => ({ name, goal: world.ledger.acks(name) + count }))
    await until(() => {
      const behind = goals.find(({ name, goal }) => world.ledger.acks(name) < goal)
      return behind && `${behind.name} has ${world.ledger.acks(behind.name)} of ${behind.goal} acks`
    }, world.patience)
  })
}

/** The load goes on for that long: for what must not happen there is no event to wait for. */
export function load(ms: number): Step {
  return step(`${ms} ms of load`, async () => {
    await sleep(ms)
  })
}

/** Any Sentinel has published `+switch-master` since the fault. */
export function switched(shard = 'shard-1'): Step {
  return condition(`+switch-master ${shard}`, (world) =>
    world.observer.firstSwitch(shard, world.mark('fault')) === undefined
      ? `no +switch-master of ${shard}`
      : undefined,
  )
}

/**
 * A planned failover, asked for again when Sentinel refuses it (NOGOODSLAVE, INPROG) or gives it up:
 * right after another one it may. Sets the mark `fault`.
 */
export function replaceMaster(shard: string): Step {
  return step(`replace the master of ${shard} [fault]`, async (world) => {
    const { observer, fleet, journal, marks, patience } = world
    const start = performance.now()
    marks.set('fault', start)
    const isGivenUp = (since: number) =>
      observer.events.some(
        ({ at, channel, payload }) =>
          at >= since && channel.startsWith('-failover-abort') && payload.includes(` ${shard} `),
      )
    let askedAt = Number.NEGATIVE_INFINITY
    await until(async () => {
      if (observer.firstSwitch(shard, start) !== undefined) return undefined
      if (performance.now() - askedAt > 5_000 || isGivenUp(askedAt)) {
        askedAt = performance.now()
        await fleet.failover(shard).catch((error: Error) => journal.note('sentinel', error.message))
      }
      return `no +switch-master of ${shard}`
    }, patience)
  })
}

/** Some Sentinel published an event on that channel since the mark. */
export function heard(channel: string, mark = 'fault'): Step {
  return condition(`a Sentinel says ${channel}`, (world) =>
    world.observer.events.some((event) => event.channel === channel && event.at >= world.mark(mark))
      ? undefined
      : `nobody said ${channel}`,
  )
}

/** The client emitted that event since the mark. */
export function told(name: ClientEvent['name'], mark = 'fault'): Step {
  return condition(`the client tells ${name}`, (world) =>
    world.clientEvents.some((event) => event.name === name && event.at >= world.mark(mark))
      ? undefined
      : `the client did not emit ${name}`,
  )
}

/** Every running Sentinel names a master that says it is one. */
export function settledMaster(shard: string): Step {
  return step(`all Sentinels name one master of ${shard}`, async (world) => {
    await world.fleet.waitForMaster(shard)
  })
}

/** Every running data node is in sync, and every running Sentinel could lead a failover. */
export function inSync(): Step {
  return step('the fleet is whole', (world) => world.fleet.waitForSync())
}

export function condition(
  title: string,
  whatIsMissing: (world: World) => string | undefined | Promise<string | undefined>,
): Step {
  return step(title, (world) => until(() => whatIsMissing(world), world.patience))
}

/** Every promise so far is settled. */
export function nothingPending(): Step {
  return condition('nothing is pending', ({ ledger }) =>
    ledger.pending.size === 0 ? undefined : `${ledger.pending.size} commands are pending`,
  )
}

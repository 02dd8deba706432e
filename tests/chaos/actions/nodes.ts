import type { Step } from '../scenario.js'
import { RawConnection } from '../world/raw-connection.js'
import { until } from '../world/until.js'
import { step } from './step.js'

/** SIGKILL. Names are those of the fleet: `shard-1/1`, `sentinel-2`; `shard-1/master`. */
export function kill(name: string): Step {
  return step(`kill ${name}`, (world) => world.node(name).kill())
}

/** SIGSTOP. */
export function pause(name: string): Step {
  return step(`pause ${name}`, (world) => world.node(name).pause())
}

/** SIGCONT. */
export function resume(name: string): Step {
  return step(`resume ${name}`, (world) => world.node(name).resume())
}

export function restart(name: string): Step {
  return step(`restart ${name}`, async (world) => {
    const node = world.node(name)
    await node.restart()
    if (node.role === 'sentinel') await world.observer.listenTo(node)
  })
}

export function command(name: string, ...args: readonly (string | number)[]): Step {
  return step(`${name}: ${args.join(' ')}`, async (world) => {
    await world.node(name).command(...args)
  })
}

/** REPLICAOF another node. */
export function follow(name: string, master: string): Step {
  return step(`${name} follows ${master}`, async (world) => {
    const { host, port } = world.node(master).address
    await world.node(name).command('REPLICAOF', host, port)
  })
}

/**
 * A command that keeps the server busy; goes on in the background. What it answers is of no
 * interest: the server may be killed, or the script it runs.
 */
export function occupy(name: string, ...args: readonly (string | number)[]): Step {
  return step(`${name} is busy with ${args.join(' ')}`, (world) => {
    const connection = new RawConnection(world.node(name).address, { timeout: 60_000 })
    const done = connection
      .call(...args)
      .then(
        () => world.journal.note(name, `done: ${args[0]}`),
        (error: Error) => world.journal.note(name, `${args[0]}: ${error.message}`),
      )
      .finally(() => connection.close())
    world.cleanUps.push(() => {
      connection.close()
      return done
    })
  })
}

/** `SENTINEL FAILOVER`, by the first Sentinel that runs. */
export function failover(shard: string): Step {
  return step(`SENTINEL FAILOVER ${shard}`, (world) => world.fleet.failover(shard))
}

/** The same by that Sentinel, which then leads. */
export function failoverBy(sentinel: string, shard: string): Step {
  return command(sentinel, 'SENTINEL', 'FAILOVER', shard)
}

/** The same, as soon as that Sentinel takes it: one that has just started knows no replica for a while. */
export function failoverBySoon(sentinel: string, shard: string): Step {
  return step(`${sentinel}: SENTINEL FAILOVER ${shard}, as soon as it can`, (world) =>
    until(async () => {
      try {
        await world.node(sentinel).command('SENTINEL', 'FAILOVER', shard)
        return undefined
      } catch (error) {
        return (error as Error).message
      }
    }, world.patience),
  )
}

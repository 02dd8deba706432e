import { Disredis } from '@disredis/client'
import type { Check, Step } from '../scenario.js'
import { clientEventNames } from '../subjects/disredis-subject.js'
import { prepareLanes } from '../world/prepare-lanes.js'
import type { World } from '../world/world.js'
import { check, step } from './step.js'
import { condition } from './waits.js'

/** Makes the client; it connects in the background. */
export function makeClient(): Step {
  return step('make the client', (world) => {
    world.makeClient()
  })
}

/** Makes the client if there is none, waits until it is ready, and starts the load. */
export function connectClient(): Step {
  return step('the client connects and is used', async (world) => {
    if (!world.isConnected) world.makeClient()
    await world.client.ready()
    world.startLoad(world.lanes ?? (await prepareLanes(world)), world.plan)
  })
}

/** Writes what reads will expect, before there is a client. */
export function prepareValues(): Step {
  return step('values are written', async (world) => {
    world.lanes = await prepareLanes(world)
  })
}

/** What a program's own listeners throw: its own business, and no reason for a client to fail. */
export class ThrownByListener extends Error {}

/** Listeners of every event that throw. */
export function throwingListeners(): Step {
  return step('every listener throws', ({ client }) => {
    for (const name of clientEventNames) {
      client.on(name, () => {
        throw new ThrownByListener(name)
      })
    }
  })
}

/** More clients of the same process; they are closed with the first. */
export function moreClients(count: number): Step {
  return step(`${count} more clients`, async (world) => {
    const clients = Array.from({ length: count }, () => new Disredis(world.clientOptions()))
    world.crowd = clients
    await Promise.all(clients.map((client) => client.ready()))
  })
}

/** Every one of the crowd gets its answer. */
export function crowdIsServed(): Step {
  return step('every client is answered', async ({ crowd, ledger }) => {
    const [lane] = ledger.lanes
    const replies = await Promise.all(crowd.map((client) => client.get(lane!.own)))
    const wrong = replies.filter((reply) => reply !== lane!.value)
    if (wrong.length > 0) throw new Error(`${wrong.length} got ${wrong[0]}`)
  })
}

/** So many pushes at once. */
export function burst(count: number): Step {
  return step(`${count} pushes in one turn of the loop`, ({ load }) => load.burst(count))
}

export function closeClient(timeout: number): Step {
  return step(`close({ timeout: ${timeout} })`, async (world) => {
    const start = performance.now()
    await world.client.close({ timeout })
    world.figures.set('close', performance.now() - start)
  })
}

/** A call that must be rejected with that class of error, and by its deadline. */
export function rejection(
  title: string,
  errorName: string,
  call: (client: Disredis, world: World) => Promise<unknown>,
  mustSay?: (world: World) => string,
): Step {
  return step(`${title} is rejected with ${errorName}`, async (world) => {
    const start = performance.now()
    const error = await call(world.client, world).then(
      (reply) => new Error(`resolved with ${JSON.stringify(reply)}`),
      (reason: Error) => reason,
    )
    const late = performance.now() - start - world.timeout
    const stalled = world.stalls.stalled(start, performance.now())
    if (error.name !== errorName) throw new Error(`it was ${error.name}: ${error.message}`)
    if (late - stalled > 50) throw new Error(`it came ${Math.round(late)} ms after its deadline`)
    const said = mustSay?.(world)
    if (said !== undefined && !error.message.includes(said)) {
      throw new Error(`it does not say ${said}: ${error.message}`)
    }
  })
}

/** The client has heard that the master is another node than the one it started as. */
export function knowsNewMaster(shard: string): Step {
  return condition('the client knows the new master', (world) => {
    const { port } = world.node(`${shard}/1`).address
    return world.client.topology?.shards.get(shard)?.master.port === port
      ? 'it still names the old one'
      : undefined
  })
}

/** At the end `health()` says so. */
export function healthIs(state: 'ok' | 'degraded' | 'down'): Check {
  return check(`health is ${state}`, ({ client }) => {
    const found = client.health().state
    return found === state ? undefined : `it is ${found}`
  })
}

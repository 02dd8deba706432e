import type { Disredis } from '@disredis/client'
import type { Check, Step } from '../scenario.js'
import { prepareLanes } from '../world/prepare-lanes.js'
import type { World } from '../world/world.js'
import { check, step } from './step.js'

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

/** At the end `health()` says so. */
export function healthIs(state: 'ok' | 'degraded' | 'down'): Check {
  return check(`health is ${state}`, ({ client }) => {
    const found = client.health().state
    return found === state ? undefined : `it is ${found}`
  })
}

import type { Check, Step } from '../scenario.js'
import type { World } from '../world/world.js'
import { check, step } from './step.js'

/** Which connections of the client a server has, by the server's own ids. */
async function connectionsTo(world: World, name: string): Promise<readonly string[]> {
  const list = String(await world.node(name).command('CLIENT', 'LIST'))
  return list
    .split('\n')
    .filter((line) => / name=disredis /.test(line))
    .map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '')
}

/** Notes the client's connections; `isUndisturbed` compares later. */
export function noteConnections(...names: readonly string[]): Step {
  return step(`note the connections to ${names.join(', ')}`, async (world) => {
    for (const name of names) {
      for (const id of await connectionsTo(world, name)) world.figures.set(`#${name} ${id}`, 1)
    }
  })
}

/** Not one connection to these nodes was opened or closed since `noteConnections`. */
export function isUndisturbed(...names: readonly string[]): Check {
  return check(`no reconnect to ${names.join(', ')}`, async (world) => {
    for (const name of names) {
      const now = (await connectionsTo(world, name)).map(String).sort()
      const noted = [...world.figures.keys()]
        .filter((key) => key.startsWith(`#${name} `))
        .map((key) => key.slice(`#${name} `.length))
        .sort()
      for (const id of noted) world.figures.delete(`#${name} ${id}`)
      if (now.join() !== noted.join()) return `${name} had ${noted.join()}, now has ${now.join()}`
    }
    return undefined
  })
}

/** The fault did happen: the server has refused commands with that error. */
export function refusedWith(name: string, code: string): Check {
  return check(`${name} refused with ${code}`, async (world) => {
    const info = String(await world.node(name).command('INFO', 'errorstats'))
    return info.includes(`errorstat_${code}:`)
      ? undefined
      : 'it never did: the fault did not happen'
  })
}

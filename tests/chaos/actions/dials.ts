import type { Check, Step } from '../scenario.js'
import { RawConnection } from '../world/raw-connection.js'
import { check, step } from './step.js'
import { condition } from './waits.js'

let guard: RawConnection | undefined

/** The server takes no more clients; a connection that it has already can undo it (`allowDials`). */
export function limitDials(name: string): Step {
  return step(`${name} takes no more clients`, async (world) => {
    const connection = new RawConnection(world.node(name).address)
    world.cleanUps.push(() => connection.close())
    guard = connection
    await connection.call('CONFIG', 'SET', 'maxclients', 1)
  })
}

export function allowDials(): Step {
  return step('clients are welcome again', async () => {
    await guard?.call('CONFIG', 'SET', 'maxclients', 1_000)
    guard?.close()
  })
}

/** The client has made more than that many connections to the first master: a fault ends them. */
export function dialled(count: number): Step {
  return condition(`more than ${count} connections to the master`, ({ proxies }) => {
    const { accepted } = proxies.get('shard-1/1')
    return accepted > count ? undefined : `the client dialled ${accepted} times only`
  })
}

/** In about 2 s the client has made no more than 20 connections to the node, beside those that it had. */
export function fewDials(name: string, before = 0): Step {
  return step('few dials', (world) => {
    const dials = world.proxies.get(name).accepted - before
    world.figures.set('dials', dials)
    if (dials > 20) throw new Error(`${dials} dials in 2 s`)
  })
}

/** The client made that many connections to the first master in all. */
export function dialsAre(expected: number): Check {
  return check(`${expected} connection to the master`, ({ proxies, figures }) => {
    const { accepted } = proxies.get('shard-1/1')
    figures.set('dials', accepted)
    // And one that is kept ready for blocking commands.
    return accepted === expected + 1 ? undefined : `it made ${accepted}`
  })
}

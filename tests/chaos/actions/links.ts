import { type Flow, openFlow } from '../links/flow.js'
import type { Direction } from '../links/link.js'
import { resetAfter } from '../links/stream-faults.js'
import type { StreamFault } from '../links/tcp-proxy.js'
import type { Step } from '../scenario.js'
import type { World } from '../world/world.js'
import { step } from './step.js'

const held: Flow = Object.freeze({ hold: true })

/** Nothing passes between the client and the node, in that direction, on any connection. */
export function cut(node: string, direction: Direction = 'both'): Step {
  return step(`cut ${node} (${direction})`, ({ proxies }) =>
    proxies.get(node).setFlow(direction, held),
  )
}

/** Open connections fall silent without an end; new ones work. */
export function halfOpen(node: string): Step {
  return step(`half-open connections to ${node}`, ({ proxies }) =>
    proxies.get(node).setFlowOfOpenLinks('both', held),
  )
}

export function shape(node: string, direction: Direction, flow: Flow): Step {
  return step(`${JSON.stringify(flow)} on ${node} (${direction})`, ({ proxies }) =>
    proxies.get(node).setFlow(direction, flow),
  )
}

export function corrupt(node: string, what: string, fault: (world: World) => StreamFault): Step {
  return step(`${what} from ${node}`, (world) =>
    world.proxies.get(node).setReplyFault(fault(world)),
  )
}

/** The open connections are reset after so many more reply bytes; later ones are fine. */
export function resetInMidReply(node: string, bytes: number): Step {
  return step(`reset connections to ${node} after ${bytes} bytes of replies`, ({ proxies }) =>
    proxies.get(node).setReplyFaultOfOpenLinks(resetAfter(() => bytes)),
  )
}

/** Changes what the client sends. */
export function corruptRequests(
  node: string,
  what: string,
  fault: (world: World) => StreamFault,
): Step {
  return step(`${what} on the way to ${node}`, (world) =>
    world.proxies.get(node).setRequestFault(fault(world)),
  )
}

export function resetLinks(node: string): Step {
  return step(`reset connections to ${node}`, ({ proxies }) => proxies.get(node).resetLinks())
}

/** Lifts what was done to the links of the node; of all nodes without a name. */
export function heal(node?: string): Step {
  return step(`heal ${node ?? 'all links'}`, ({ proxies }) => {
    if (node === undefined) proxies.heal()
    else proxies.get(node).heal()
  })
}

/** As `heal`, but what was held meanwhile is cut off by a reset instead of arriving late. */
export function healByReset(node: string): Step {
  return step(`reset and heal ${node}`, ({ proxies }) => {
    proxies.get(node).resetLinks()
    proxies.get(node).setFlow('both', openFlow)
    proxies.get(node).setReplyFault(undefined)
  })
}

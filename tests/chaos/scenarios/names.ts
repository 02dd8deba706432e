import type { LookupFunction } from 'node:net'
import { connectClient } from '../actions/client.js'
import { fault, step } from '../actions/step.js'
import { acks } from '../actions/waits.js'
import { TcpProxy } from '../links/tcp-proxy.js'
import type { Scenario, Step } from '../scenario.js'
import type { World } from '../world/world.js'
import { calm, unknown } from './common.js'

const name = 'master.example'
/** Two machines that the name may lead to. */
const machines = ['127.0.0.2', '127.0.0.3'] as const
let current: string = machines[0]
const ways: TcpProxy[] = []

/** `master.example` leads to the current machine; everything else is an address already. */
const lookup: LookupFunction = (hostname, options, callback) => {
  const address = hostname === name ? current : hostname
  process.nextTick(() => {
    if (options.all === true) callback(null, [{ address, family: 4 }])
    else callback(null, address, 4)
  })
}

/** Opens a way to the master on each machine, at one port. */
async function openWays(world: World): Promise<number> {
  const target = world.node('shard-1/1').address
  const first = await TcpProxy.listen(target, { host: machines[0] })
  const { port } = first.address
  ways.push(first, await TcpProxy.listen(target, { host: machines[1], port }))
  world.cleanUps.push(async () => {
    await Promise.all(ways.map((way) => way.close()))
  })
  return port
}

let port = 0

function nameMoves(): Step {
  return step(`${name} moves to another machine`, ({ figures }) => {
    current = machines[1]
    ways[0]!.isRefusing = true
    ways[0]!.resetLinks()
    figures.set('dials', ways[0]!.accepted)
  })
}

/** Names that move: row 23. */
export const nameScenarios: readonly Scenario[] = [
  {
    id: 'name-moves',
    fault: 23,
    title: 'the name of the master leads to another machine',
    fleet: calm,
    connects: false,
    client: (world) => {
      const { address } = world.node('shard-1/1')
      return {
        lookup,
        natMap: (key) => (key === `${address.host}:${address.port}` ? { host: name, port } : null),
      }
    },
    steps: [
      step('two ways lead to the master', async (world) => {
        port = await openWays(world)
      }),
      connectClient(),
      acks(100),
      fault(nameMoves()),
      acks(200),
    ],
    expect: {
      errors: { 'shard-1': unknown },
      checks: [
        {
          title: 'the new machine is used',
          run: () => (ways[1]!.accepted > 0 ? undefined : 'nobody dialled it'),
        },
      ],
    },
  },
]

import type { Step } from '../scenario.js'
import { RawConnection } from '../world/raw-connection.js'
import type { World } from '../world/world.js'
import { step } from './step.js'

/** The user that the fleet's own nodes log in with. */
const fleetUser = 'disredis-fleet'

/**
 * Cuts the node off from every Sentinel and every other data node, while clients still reach it: the
 * fleet's own user is barred there, and PING is refused to all. To the others it is dead, and it
 * does not know.
 */
export function isolate(name: string): Step {
  return step(`isolate ${name} from the fleet`, (world) =>
    asClient(world, name, [
      ['ACL', 'SETUSER', fleetUser, 'off'],
      // Sentinel goes on as the default user when its own is refused.
      ['ACL', 'SETUSER', 'default', '-ping'],
      ['CLIENT', 'KILL', 'USER', fleetUser],
    ]),
  )
}

export function reunite(name: string): Step {
  return step(`reunite ${name} with the fleet`, (world) =>
    asClient(world, name, [
      ['ACL', 'SETUSER', 'default', '+ping'],
      ['ACL', 'SETUSER', fleetUser, 'on'],
    ]),
  )
}

/** As the default user, whom nobody bars. */
async function asClient(
  world: World,
  name: string,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const connection = new RawConnection(world.node(name).address)
  try {
    for (const command of commands) await connection.call(...command)
  } finally {
    connection.close()
  }
}

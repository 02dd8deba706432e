import type { ServerAddress } from '../node/server-messages.js'
import { RawClient } from '../world/raw-client.js'
import type { World } from '../world/world.js'
import { replyEnd } from './reply-end.js'

/** As a real connection, to a server of a simulated world. */
export class SimulatedConnection {
  readonly #world: World
  readonly #client: RawClient

  constructor(world: World, address: ServerAddress) {
    this.#world = world
    this.#client = new RawClient(world.addClient(), address)
  }

  async next(): Promise<string> {
    const client = this.#client
    const isThere = () => replyEnd(client.received) !== undefined || client.isClosed
    await this.#world.time.run(this.#world.time.now + 10_000, isThere)
    const end = replyEnd(client.received)
    if (end === undefined) return 'closed'
    const reply = client.received.slice(0, end)
    client.received = client.received.slice(end)
    return reply
  }

  async ask(...args: string[]): Promise<string> {
    this.#client.send(...args)
    return await this.next()
  }
}

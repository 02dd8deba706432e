import { Disredis, type DisredisOptions } from '@disredis/client'
import { type Fleet, startFleet } from '@disredis/fleet'
import { afterAll, beforeAll } from 'vitest'

/** Three masters with a replica each, for the tests of one file; and clients over them. */
export class ThreeMasters {
  readonly #clients: Disredis[] = []
  #fleet: Fleet | undefined

  /** For the file that calls it: starts before its tests, and leaves nothing after them. */
  static forThisFile(): ThreeMasters {
    const masters = new ThreeMasters()
    beforeAll(async () => {
      masters.#fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3, downAfter: 1000 })
    })
    afterAll(() => masters.#close())
    return masters
  }

  get fleet(): Fleet {
    if (this.#fleet === undefined) throw new Error('The fleet is started before the first test')
    return this.#fleet
  }

  async client(options: Partial<DisredisOptions> = {}): Promise<Disredis> {
    const client = await Disredis.connect({ sentinels: this.fleet.sentinels, ...options })
    this.#clients.push(client)
    return client
  }

  /** The names of the shards that hold keys. */
  async shardsInUse(client: Disredis): Promise<string[]> {
    const names: string[] = []
    for (const [name, shard] of client.shards()) if ((await shard.dbsize()) > 0) names.push(name)
    return names
  }

  async #close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.#fleet?.close()
  }
}

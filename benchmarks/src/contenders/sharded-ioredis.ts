import HashRing from 'hashring'
import { Redis } from 'ioredis'
import type { BenchClient, PipelinedCommand } from './bench-client.js'
import type { Target } from './contender.js'
import { hashByHand } from './hash-by-hand.js'
import { unwrapReplies } from './ioredis-style.js'
import { gatherInOrder, keysByNode } from './keys-by-node.js'

/** One plain ioredis per master and a hash written by hand: what people do without a library. */
export async function connectByHand(target: Target) {
  const nodes = await connectAll(target, false)
  return new ShardedIoredis(nodes, (key) => nodes[hashByHand(key) % nodes.length]!)
}

/** One auto-pipelining ioredis per master and npm's `hashring` in front. */
export async function connectHashring(target: Target) {
  const nodes = await connectAll(target, true)
  const byAddress = new Map<string, Redis>(
    target.shards.map(({ host, port }, i) => [`${host}:${port}`, nodes[i]!]),
  )
  const ring = new HashRing([...byAddress.keys()])
  return new ShardedIoredis(nodes, (key) => byAddress.get(ring.get(key))!)
}

async function connectAll(target: Target, enableAutoPipelining: boolean) {
  const nodes = target.shards.map(
    ({ host, port }) => new Redis({ host, port, enableAutoPipelining, lazyConnect: true }),
  )
  await Promise.all(nodes.map((node) => node.connect()))
  return nodes
}

class ShardedIoredis implements BenchClient {
  readonly #nodes: readonly Redis[]
  readonly #nodeOf: (key: string) => Redis

  constructor(nodes: readonly Redis[], nodeOf: (key: string) => Redis) {
    this.#nodes = nodes
    this.#nodeOf = nodeOf
  }

  get(key: string) {
    return this.#nodeOf(key).get(key)
  }

  set(key: string, value: string) {
    return this.#nodeOf(key).set(key, value)
  }

  setWithExpiry(key: string, value: string, seconds: number) {
    return this.#nodeOf(key).setex(key, seconds, value)
  }

  expire(key: string, seconds: number) {
    return this.#nodeOf(key).expire(key, seconds)
  }

  del(key: string) {
    return this.#nodeOf(key).del(key)
  }

  mget(keys: string[]) {
    return gatherInOrder(keys, this.#nodeOf, (node, positions) =>
      node.mget(positions.map((position) => keys[position]!)),
    )
  }

  async mset(entries: string[]) {
    const keys = entries.filter((_, i) => i % 2 === 0)
    await Promise.all(
      keysByNode(keys, this.#nodeOf).map(({ node, positions }) =>
        node.mset(positions.flatMap((position) => entries.slice(position * 2, position * 2 + 2))),
      ),
    )
    return 'OK'
  }

  pipeline(commands: readonly PipelinedCommand[]) {
    const keys = commands.map((command) => command.key)
    return gatherInOrder(keys, this.#nodeOf, async (node, positions) => {
      const pipeline = node.pipeline()
      for (const position of positions) {
        const { key, value } = commands[position]!
        if (value === null) pipeline.get(key)
        else pipeline.set(key, value)
      }
      return unwrapReplies(await pipeline.exec())
    })
  }

  async close() {
    await Promise.all(this.#nodes.map((node) => node.quit()))
  }
}

import type { BenchClient, PipelinedCommand } from './bench-client.js'
import type { Target } from './contender.js'
import { hashByHand } from './hash-by-hand.js'
import { gatherInOrder, keysByNode } from './keys-by-node.js'
import { RawConnection } from './raw-connection.js'
import type { RespReply } from './resp-reader.js'

/**
 * The ceiling: RESP written by hand on one raw socket per master, without retries, deadlines,
 * reconnects or any command but these. What a client in Node.js could reach if it did nothing else.
 */
export async function connect(target: Target) {
  return new RawSockets(await Promise.all(target.shards.map((shard) => RawConnection.open(shard))))
}

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`
const encodeGet = (key: string) => `*2\r\n$3\r\nGET\r\n${bulk(key)}`
const encodeSet = (key: string, value: string) => `*3\r\n$3\r\nSET\r\n${bulk(key)}${bulk(value)}`

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`
}

class RawSockets implements BenchClient {
  readonly #connections: readonly RawConnection[]

  constructor(connections: readonly RawConnection[]) {
    this.#connections = connections
  }

  get(key: string) {
    return this.#connectionOf(key).send(encodeGet(key)) as Promise<string | null>
  }

  set(key: string, value: string) {
    return this.#connectionOf(key).send(encodeSet(key, value))
  }

  setWithExpiry(key: string, value: string, seconds: number) {
    return this.#connectionOf(key).send(encode(['SETEX', key, String(seconds), value]))
  }

  expire(key: string, seconds: number) {
    return this.#connectionOf(key).send(encode(['EXPIRE', key, String(seconds)])) as Promise<number>
  }

  del(key: string) {
    return this.#connectionOf(key).send(encode(['DEL', key])) as Promise<number>
  }

  mget(keys: string[]) {
    return gatherInOrder(keys, this.#connectionOf, (connection, positions) => {
      const words = ['MGET', ...positions.map((position) => keys[position]!)]
      return connection.send(encode(words)) as Promise<(string | null)[]>
    })
  }

  async mset(entries: string[]) {
    const keys = entries.filter((_, i) => i % 2 === 0)
    await Promise.all(
      keysByNode(keys, this.#connectionOf).map(({ node, positions }) => {
        const pairs = positions.flatMap((position) => entries.slice(position * 2, position * 2 + 2))
        return node.send(encode(['MSET', ...pairs]))
      }),
    )
    return 'OK'
  }

  pipeline(commands: readonly PipelinedCommand[]): Promise<RespReply[]> {
    return Promise.all(
      commands.map(({ key, value }) =>
        this.#connectionOf(key).send(value === null ? encodeGet(key) : encodeSet(key, value)),
      ),
    )
  }

  async close() {
    await Promise.all(this.#connections.map((connection) => connection.close()))
  }

  readonly #connectionOf = (key: string) =>
    this.#connections[hashByHand(key) % this.#connections.length]!
}

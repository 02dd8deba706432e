import { createSentinel, ErrorReply } from 'redis'
import type { LoadClient, LoadCommands } from '../workload/load-client.js'
import type { Fate } from '../workload/page.js'
import { type Contender, type ContenderTarget, contenderTimeout } from './contender.js'

/** All that is set; everything else is as node-redis has it by default. */
export const nodeRedisSettings = {
  commandOptions: { timeout: contenderTimeout },
}

/**
 * node-redis's Sentinel client, one for each master, and one more for callers with a shorter deadline.
 * Its `timeout` ends the wait of commands that were not written yet. What was written is waited for
 * until its connection ends, and a caller that gives up does so by itself: as with the others, the
 * outcome of a write is unknown then.
 */
export async function connectNodeRedis(target: ContenderTarget): Promise<Contender> {
  const client = await NodeRedisLoadClient.connect(target)
  return { name: 'node-redis', client, [Symbol.asyncDispose]: () => client.close() }
}

type Sentinel = ReturnType<typeof open>

function open(target: ContenderTarget, name: string, timeout: number) {
  const sentinel = createSentinel({
    name,
    sentinelRootNodes: [...target.sentinels],
    ...nodeRedisSettings,
    commandOptions: { timeout },
  })
  // It reconnects by itself; an `error` that nobody listens to ends the process.
  sentinel.on('error', () => {})
  return sentinel
}

class NodeRedisLoadClient implements LoadClient {
  readonly shards: readonly string[]
  readonly shardOf: (key: string) => string
  readonly commandTimeout = contenderTimeout
  readonly #patient: ReadonlyMap<string, Sentinel>
  readonly #hurried: ReadonlyMap<string, Sentinel>

  private constructor(
    { shards, shardOf }: ContenderTarget,
    patient: ReadonlyMap<string, Sentinel>,
    hurried: ReadonlyMap<string, Sentinel>,
  ) {
    this.shards = shards
    this.shardOf = shardOf
    this.#patient = patient
    this.#hurried = hurried
  }

  static async connect(target: ContenderTarget): Promise<NodeRedisLoadClient> {
    const openAll = (timeout: number) =>
      new Map(target.shards.map((name) => [name, open(target, name, timeout)] as const))
    const patient = openAll(contenderTimeout)
    const hurried = openAll(hurriedTimeout)
    await Promise.all([...patient.values(), ...hurried.values()].map((one) => one.connect()))
    return new NodeRedisLoadClient(target, patient, hurried)
  }

  within(timeout: number): LoadCommands {
    return {
      push: (key, value) =>
        within(timeout, nodeIn(this.#hurried, this.shardOf(key)).rPush(key, value)),
      get: (key) => within(timeout, nodeIn(this.#hurried, this.shardOf(key)).get(key)),
    }
  }

  push(key: string, value: string): Promise<unknown> {
    return within(contenderTimeout, this.#node(key).rPush(key, value))
  }

  get(key: string): Promise<string | null> {
    return within(contenderTimeout, this.#node(key).get(key))
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#node(key).set(key, value)
  }

  remove(key: string): Promise<unknown> {
    return within(contenderTimeout, this.#node(key).unlink(key))
  }

  /** Only the server's own refusal says that a command was not executed. */
  fateOf(error: unknown): Fate {
    return error instanceof ErrorReply ? 'refused' : 'unknown'
  }

  async close(): Promise<void> {
    // One that is between two masters may reject: nothing is open then.
    await Promise.allSettled(
      [...this.#patient.values(), ...this.#hurried.values()].map((one) => one.destroy()),
    )
  }

  #node(key: string): Sentinel {
    return nodeIn(this.#patient, this.shardOf(key))
  }
}

/** ms; the shorter deadline of the load. */
const hurriedTimeout = 1_000

function nodeIn(nodes: ReadonlyMap<string, Sentinel>, shard: string): Sentinel {
  return nodes.get(shard) as Sentinel
}

/** The caller's own deadline; the command is left to its fate. */
function within<Reply>(timeout: number, reply: Promise<Reply>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new DeadlineExceeded(`No reply in ${timeout} ms`)),
      timeout,
    )
    reply.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded'
}

import { SessionDurabilityError } from '../errors.js'
import { isNoScript, type Script } from './script.js'
import type {
  ScriptArgument,
  ScriptRunner,
  SessionPipeline,
  SessionRedis,
} from './session-redis.js'

/** How many replicas acknowledge a write before it counts, and how long (ms) to wait for them. */
export interface Durability {
  readonly replicas: number
  readonly timeout: number
}

/** Runs scripts on a client; durable ones count only when replicas have acknowledged them. */
export class ScriptExecutor {
  readonly #client: SessionRedis
  readonly #runner: ScriptRunner
  readonly #durability: Durability | undefined
  readonly #durable: ScriptRunner | undefined

  /** @param runner runs what need not be durable. */
  constructor(client: SessionRedis, runner: ScriptRunner, durability: Durability | undefined) {
    this.#client = client
    this.#runner = runner
    this.#durability = durability
    this.#durable = durability === undefined ? undefined : durableRunner(client, durability)
  }

  run(script: Script, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return script.run(this.#runner, key, args)
  }

  /** As `run`, for scripts that say 1 for yes; a client may be set to give that as text. */
  async ask(script: Script, key: string, args: readonly ScriptArgument[]): Promise<boolean> {
    return Number(await this.run(script, key, args)) === 1
  }

  /** As `run`, and then `durability` if the store has one. @throws SessionDurabilityError */
  runDurable(script: Script, key: string, args: readonly ScriptArgument[]): Promise<unknown> {
    if (this.#durability === undefined) return this.run(script, key, args)
    if (this.#durable !== undefined) return script.run(this.#durable, key, args)
    return runWithWait(this.#client, this.#durability, script, key, args)
  }
}

/** What a Disredis client offers; ioredis does not. */
function durableRunner(client: SessionRedis, durability: Durability): ScriptRunner | undefined {
  const { durable } = client as { durable?: (options: Durability) => ScriptRunner }
  return typeof durable === 'function' ? durable.call(client, durability) : undefined
}

/** WAIT speaks of the writes of its own connection: a pipeline keeps both on one. */
async function runWithWait(
  client: SessionRedis,
  durability: Durability,
  script: Script,
  key: string,
  args: readonly ScriptArgument[],
): Promise<unknown> {
  const { replicas, timeout } = durability
  for (const isKnown of [true, false]) {
    const pipeline = (client as unknown as { pipeline(): SessionPipeline }).pipeline()
    if (isKnown) pipeline.evalsha(script.sha1, 1, key, ...args)
    else pipeline.eval(script.lua, 1, key, ...args)
    pipeline.wait(replicas, timeout)
    const [written, waited] = (await pipeline.exec()) ?? []
    if (written === undefined || waited === undefined) throw new Error('The pipeline was aborted')
    if (isKnown && isNoScript(written[0])) continue
    if (written[0] !== null) throw written[0]
    if (waited[0] !== null) throw waited[0]
    if (Number(waited[1]) < replicas) throw notDurable(Number(waited[1]), durability)
    return written[1]
  }
  throw new Error('The server refused a script that was sent in full')
}

function notDurable(acknowledged: number, { replicas, timeout }: Durability) {
  return new SessionDurabilityError(
    `${acknowledged} of ${replicas} replicas acknowledged the write within ${timeout} ms; it may be lost in a failover`,
    { mayHaveExecuted: true },
  )
}

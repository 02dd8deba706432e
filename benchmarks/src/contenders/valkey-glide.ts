import { Batch, GlideClient, TimeUnit } from '@valkey/valkey-glide'
import type { BenchClient, PipelinedCommand } from './bench-client.js'
import { firstShard, type Target } from './contender.js'

/** The default of 250 ms ends rounds on a machine that is busy for a moment. */
const requestTimeout = 10_000

/** valkey-glide's standalone client on one master. */
export async function connect(target: Target) {
  const { host, port } = firstShard(target)
  return new ValkeyGlideClient(
    await GlideClient.createClient({ addresses: [{ host, port }], requestTimeout }),
  )
}

/** The casts hold because without a decoder option every GlideString in a reply is a string. */
class ValkeyGlideClient implements BenchClient {
  readonly #glide: GlideClient

  constructor(glide: GlideClient) {
    this.#glide = glide
  }

  get(key: string) {
    return this.#glide.get(key) as Promise<string | null>
  }

  set(key: string, value: string) {
    return this.#glide.set(key, value)
  }

  setWithExpiry(key: string, value: string, seconds: number) {
    return this.#glide.set(key, value, { expiry: { type: TimeUnit.Seconds, count: seconds } })
  }

  expire(key: string, seconds: number) {
    return this.#glide.expire(key, seconds)
  }

  del(key: string) {
    return this.#glide.del([key])
  }

  mget(keys: string[]) {
    return this.#glide.mget(keys) as Promise<(string | null)[]>
  }

  mset(entries: string[]) {
    const record: Record<string, string> = {}
    for (let i = 0; i < entries.length; i += 2) record[entries[i]!] = entries[i + 1]!
    return this.#glide.mset(record)
  }

  async pipeline(commands: readonly PipelinedCommand[]) {
    const batch = new Batch(false)
    for (const { key, value } of commands) {
      if (value === null) batch.get(key)
      else batch.set(key, value)
    }
    const replies = await this.#glide.exec(batch, true)
    if (replies === null) throw new Error('The batch was aborted')
    return replies
  }

  async close() {
    this.#glide.close()
  }
}

import { type Address, formatAddress } from '@disredis/sentinel'
import { Redis } from 'ioredis'
import type { NodeAccess } from '../cli/deployment-settings.js'
import { DeploymentError } from '../deployment/deployment.js'
import { redisOptions } from '../deployment/open-redis.js'
import { now } from '../time.js'
import { failoverChannels, parseNews, type SentinelNews } from './sentinel-news.js'
import { parseSwitchMaster, type SwitchMaster } from './switch-master.js'

/** A `+switch-master` as one Sentinel published it. */
export interface SwitchSeen extends SwitchMaster {
  readonly sentinel: Address
  /** When this process read it. */
  readonly at: number
}

const switchChannel = '+switch-master'
const reconnectDelay = 200

/**
 * Listens to what every Sentinel publishes of failovers, `+switch-master` above all, on connections of its own and in the process of the
 * client that is measured: both are read by one event loop, by one clock.
 */
export class SwitchWatch implements AsyncDisposable {
  readonly #subscribers: readonly Redis[]
  #onSwitch: (seen: SwitchSeen) => void = () => {}
  #onNews: (news: SentinelNews) => void = () => {}

  private constructor(subscribers: readonly Redis[]) {
    this.#subscribers = subscribers
  }

  /**
   * Resolves when every Sentinel that can be reached has confirmed.
   *
   * @param onTrouble told of Sentinels that cannot be reached or are lost; they are dialled again
   * @throws DeploymentError if none could be reached
   */
  static async start(
    sentinels: readonly Address[],
    access: NodeAccess,
    onTrouble: (message: string) => void,
  ): Promise<SwitchWatch> {
    const subscribers = sentinels.map(
      (address) =>
        new Redis({ ...redisOptions(address, access), retryStrategy: () => reconnectDelay }),
    )
    const watch = new SwitchWatch(subscribers)
    const results = await Promise.allSettled(
      subscribers.map((redis, i) => watch.#subscribe(redis, sentinels[i] as Address, onTrouble)),
    )
    if (results.some(({ status }) => status === 'fulfilled')) return watch
    await watch[Symbol.asyncDispose]()
    throw new DeploymentError(
      `No Sentinel could be subscribed to: ${results.map(reasonOf).join('; ')}`,
    )
  }

  /** Called for each Sentinel that says it. One listener. */
  onSwitch(listener: (seen: SwitchSeen) => void): void {
    this.#onSwitch = listener
  }

  /** Called for each message of each Sentinel, of a switch too. One listener. */
  onNews(listener: (news: SentinelNews) => void): void {
    this.#onNews = listener
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const redis of this.#subscribers) redis.disconnect()
  }

  async #subscribe(redis: Redis, sentinel: Address, onTrouble: (message: string) => void) {
    const where = formatAddress(sentinel)
    let isLost = false
    redis.on('ready', () => {
      isLost = false
    })
    redis.on('error', (error) => {
      // It is dialled again and again; once is enough to be told.
      if (!isLost) onTrouble(`The switch watch has no connection to ${where}: ${error.message}`)
      isLost = true
    })
    redis.on('message', (channel: string, message: string) => {
      const at = now()
      const parsed = channel === switchChannel ? parseSwitchMaster(message) : undefined
      if (parsed !== undefined) this.#onSwitch({ ...parsed, sentinel, at })
      const news = parseNews(channel, message)
      if (news !== undefined) this.#onNews({ ...news, event: channel, sentinel, at })
    })
    await redis.connect()
    await redis.subscribe(...failoverChannels)
  }
}

function reasonOf(result: PromiseSettledResult<unknown>): string {
  return result.status === 'rejected' ? String(result.reason?.message ?? result.reason) : ''
}

import type { Address } from '@disredis/sentinel'
import type { NodeAccess } from '../cli/deployment-settings.js'
import { waitUntil } from '../time.js'
import { DeploymentError } from './deployment.js'
import { withRedis } from './open-redis.js'
import { readMasterView, whyNotWhole } from './sentinel-master-view.js'

const syncTimeout = 60_000

/** Asks the Sentinels of a deployment, each over a connection of its own. */
export class SentinelQuestions {
  readonly #sentinels: () => readonly Address[]
  readonly #access: NodeAccess

  /** @param sentinels those to be asked now */
  constructor(sentinels: () => readonly Address[], access: NodeAccess) {
    this.#sentinels = sentinels
    this.#access = access
  }

  /** The master that the newest configuration names. @throws DeploymentError if none answers */
  async masterAddress(shard: string): Promise<Address> {
    const { views, errors } = await this.#views(shard)
    const [newest] = views.sort((a, b) => b.configEpoch - a.configEpoch)
    if (newest !== undefined) return newest.master
    throw new DeploymentError(`No Sentinel says who is master of ${shard}. ${errors.join('; ')}`)
  }

  /** Has the first one that agrees begin a failover. @throws DeploymentError if none does */
  async failover(shard: string): Promise<void> {
    const errors: string[] = []
    for (const sentinel of this.#sentinels()) {
      try {
        await withRedis(sentinel, this.#access, (redis) =>
          redis.call('SENTINEL', 'FAILOVER', shard),
        )
        return
      } catch (error) {
        errors.push(messageOf(error))
      }
    }
    throw new DeploymentError(`No Sentinel began a failover of ${shard}. ${errors.join('; ')}`)
  }

  /** Waits until every Sentinel that answers sees the shard whole: see {@link whyNotWhole}. */
  async waitUntilWhole(shard: string, signal: AbortSignal): Promise<void> {
    await waitUntil({ timeout: syncTimeout, interval: 100, signal }, async () => {
      const { views, errors } = await this.#views(shard)
      return views.length === 0 ? errors.join('; ') : whyNotWhole(views)
    })
  }

  async #views(shard: string) {
    const results = await Promise.allSettled(
      this.#sentinels().map((address) =>
        withRedis(address, this.#access, (redis) => readMasterView(redis, shard)),
      ),
    )
    return {
      views: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
      errors: results.flatMap((result) =>
        result.status === 'rejected' ? [messageOf(result.reason)] : [],
      ),
    }
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

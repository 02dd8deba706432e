import type { DisredisOptions } from '@disredis/client'
import { type Address, formatAddress } from '@disredis/sentinel'
import type { ExistingSettings, NodeAccess } from '../cli/deployment-settings.js'
import type { FaultKind } from '../script/statement.js'
import { type Deployment, DeploymentError } from './deployment.js'
import { SentinelQuestions } from './sentinel-questions.js'

/** Somebody's Sentinels: nothing is crashed or frozen there. */
export class ExistingDeployment implements Deployment {
  readonly kind = 'existing'
  readonly description: string
  readonly clientOptions: DisredisOptions
  readonly data: NodeAccess
  readonly sentinel: NodeAccess
  readonly faults: readonly FaultKind[] = ['planned']
  readonly machines = undefined
  readonly #questions: SentinelQuestions

  constructor({ sentinels, masters, data, sentinel }: ExistingSettings) {
    this.#questions = new SentinelQuestions(() => sentinels, sentinel)
    this.data = data
    this.sentinel = sentinel
    this.description = `existing deployment at ${sentinels.map(formatAddress).join(', ')}: planned failovers only`
    this.clientOptions = {
      sentinels,
      masters,
      username: data.username,
      password: data.password,
      tls: data.tls,
      sentinelUsername: sentinel.username,
      sentinelPassword: sentinel.password,
      sentinelTLS: sentinel.tls,
    }
  }

  masterAddress(shard: string): Promise<Address> {
    return this.#questions.masterAddress(shard)
  }

  async inject(kind: FaultKind, shard: string): Promise<string> {
    if (kind !== 'planned') {
      throw new DeploymentError(`The demo does not ${kind} a master that it did not start.`)
    }
    const master = await this.masterAddress(shard)
    await this.#questions.failover(shard)
    return formatAddress(master)
  }

  brokenNodes(): readonly string[] {
    return []
  }

  async restore(): Promise<readonly string[]> {
    return []
  }

  waitForSync(shard: string, signal: AbortSignal): Promise<void> {
    return this.#questions.waitUntilWhole(shard, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

import { type Deployment, DeploymentError } from '../deployment/deployment.js'
import { withRedis } from '../deployment/open-redis.js'
import type { AuditFigures } from '../workload/page.js'
import type { ShardTraffic } from '../workload/shard-traffic.js'
import { auditPage } from './audit-page.js'

/** What a verification found that the one before had not. */
export type Findings = Pick<AuditFigures, 'lost' | 'duplicated'>

/**
 * Looks for every acknowledged write on the shard's master, over a plain connection to the node that
 * Sentinel names: the client that is checked has no part in it.
 */
export class Verifier {
  readonly #deployment: Deployment

  constructor(deployment: Deployment) {
    this.#deployment = deployment
  }

  /** @throws DeploymentError if the node cannot be asked or is no master; nothing is concluded then. */
  async verify({ shard, ledger }: ShardTraffic): Promise<Findings> {
    const found = { lost: 0, duplicated: 0 }
    const doubtful = ledger.pages.filter((page) => !page.isProven)
    if (doubtful.length === 0) return found
    const address = await this.#deployment.masterAddress(shard)
    await withRedis(address, this.#deployment.data, async (redis) => {
      const [role] = await redis.role()
      if (role !== 'master')
        throw new DeploymentError(`ROLE says ${role}, and Sentinel says master`)
      for (const page of doubtful) {
        const covered = page.acknowledged.length
        const list = await redis.lrange(page.key, 0, -1)
        const audit = auditPage(page, covered, list)
        found.lost += audit.lost - (page.audit?.lost ?? 0)
        found.duplicated += audit.duplicated - (page.audit?.duplicated ?? 0)
        page.audited(audit)
      }
    })
    return found
  }
}

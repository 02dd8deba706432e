import { ask, isPair } from './ask.js'
import type { FleetNode } from './fleet-node.js'
import type { Reply } from './reply.js'

/** A shard as it should be: who is master, who replicates, who watches. */
export interface ExpectedShard {
  readonly name: string
  readonly master: FleetNode
  readonly replicas: readonly FleetNode[]
  readonly sentinels: readonly FleetNode[]
}

/** Why the node is not master by its own word; undefined when it is. */
export async function whyNotMaster(node: FleetNode): Promise<string | undefined> {
  const role = await roleOf(node)
  return isRole(role, 'master') ? undefined : `${node} is not master: ${roleText(role)}`
}

/**
 * A check for `waitFor`: what is missing until the replicas follow the master.
 *
 * ROLE is not enough: after a diskless transfer a master calls a replica online and sends it nothing
 * until the replica's next acknowledgement, up to a second later (`repl_start_cmd_stream_on_ack` in
 * replication.c); a failover in that second loses acknowledged writes. So something is sent through
 * the stream, a message on a channel of the fleet's own, and each replica must have got it.
 */
export function syncCheck(expected: () => ExpectedShard): () => Promise<string | undefined> {
  let sent: { readonly pid: number; readonly offset: number } | undefined
  return async () => {
    const shard = expected()
    const roles = await rolesOf(shard)
    const reason = whyNotConnected(shard, roles)
    if (reason !== undefined) {
      sent = undefined
      return reason
    }
    const { master, replicas } = shard
    if (sent?.pid !== master.pid) {
      const answers = await ask(master, [['PUBLISH', 'disredis-fleet', 'in sync?'], ['ROLE']])
      const role = typeof answers === 'string' ? answers : answers[1]
      if (!isRole(role, 'master')) return `${master} is not master: ${roleText(role)}`
      sent = { pid: master.pid, offset: Number(role[1]) }
      return shard.replicas.length === 0 ? undefined : `${master} is still sending to its replicas`
    }
    const { offset } = sent
    const late = replicas.find((_, i) => offsetOf(roles.replicas[i]) < offset)
    return late && `${late} has not received what ${master} sent: ${offset} is the offset to reach`
  }
}

interface Roles {
  readonly master: Reply
  readonly replicas: readonly Reply[]
}

function whyNotConnected(shard: ExpectedShard, roles: Roles): string | undefined {
  const { master, replicas } = shard
  if (!isRole(roles.master, 'master')) return `${master} is not master: ${roleText(roles.master)}`
  const online = Array.isArray(roles.master[2]) ? roles.master[2] : []
  for (const [i, replica] of replicas.entries()) {
    const role = roles.replicas[i]
    if (!isRole(role, 'slave') || role[3] !== 'connected') {
      return `${replica} is not in sync: ${roleText(role)}`
    }
    if (role[1] !== master.address.host || role[2] !== master.address.port) {
      return `${replica} replicates ${role[1]}:${role[2]} and not ${master}`
    }
    const { host, port } = replica.address
    if (!online.some((entry) => isPair(entry, host, port))) {
      return `${master} does not list ${replica} as a replica`
    }
  }
  return undefined
}

async function rolesOf({ master, replicas }: ExpectedShard): Promise<Roles> {
  const [ofMaster = null, ...ofReplicas] = await Promise.all([master, ...replicas].map(roleOf))
  return { master: ofMaster, replicas: ofReplicas }
}

async function roleOf(node: FleetNode): Promise<Reply> {
  const answers = await ask(node, [['ROLE']])
  return typeof answers === 'string' ? answers : (answers[0] ?? null)
}

function isRole(role: Reply | undefined, kind: 'master' | 'slave'): role is Reply[] {
  return Array.isArray(role) && role[0] === kind
}

/** `["slave", host, port, state, offset]` */
function offsetOf(role: Reply | undefined): number {
  return Array.isArray(role) ? Number(role[4]) : -1
}

function roleText(role: Reply | undefined): string {
  return Array.isArray(role) ? `ROLE says ${JSON.stringify(role)}` : String(role)
}

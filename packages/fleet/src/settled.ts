import type { Address } from './address.js'
import type { FleetNode } from './fleet-node.js'
import { fieldsOf, type Reply, ReplyError } from './resp.js'
import { deadlineIn } from './wait-for.js'

/** A shard as it should be: who is master, who replicates, who watches. */
export interface ExpectedShard {
  readonly name: string
  readonly master: FleetNode
  readonly replicas: readonly FleetNode[]
  readonly sentinels: readonly FleetNode[]
}

const ANSWER_LIMIT = 5_000

/** Why the replicas are not in sync with the master; undefined when they are. */
export async function whyNotInSync(shard: ExpectedShard): Promise<string | undefined> {
  const { name, master, replicas } = shard
  const [masterRole, ...replicaRoles] = await Promise.all([master, ...replicas].map(roleOf))
  if (!Array.isArray(masterRole) || masterRole[0] !== 'master') {
    return `${master} is not master of ${name}: ROLE says ${JSON.stringify(masterRole)}`
  }
  const online = Array.isArray(masterRole[2]) ? masterRole[2] : []
  for (const [i, role] of replicaRoles.entries()) {
    const replica = replicas[i] as FleetNode
    if (!Array.isArray(role) || role[0] !== 'slave' || role[3] !== 'connected') {
      return `${replica} is not in sync: ROLE says ${JSON.stringify(role)}`
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

/** Why a Sentinel could not lead a failover of the shard; undefined when every one could. */
export async function whyNotWatched(shard: ExpectedShard): Promise<string | undefined> {
  const reasons = await Promise.all(shard.sentinels.map((node) => whyNotReady(node, shard)))
  return reasons.find((reason) => reason !== undefined)
}

async function whyNotReady(sentinel: FleetNode, shard: ExpectedShard): Promise<string | undefined> {
  const { name } = shard
  const answers = await ask(sentinel, [
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'CKQUORUM', name],
    ['SENTINEL', 'MASTER', name],
    ['SENTINEL', 'REPLICAS', name],
    ['SENTINEL', 'SENTINELS', name],
  ])
  if (typeof answers === 'string') return answers
  const [address, quorum, master, replicas, sentinels] = answers
  const says = (what: string) => `${sentinel} on ${name}: ${what}`
  const expected = shard.master.address
  if (!isPair(address, expected.host, expected.port)) {
    return says(`the master is ${JSON.stringify(address)} and not ${shard.master}`)
  }
  if (!String(quorum).startsWith('OK')) return says(String(quorum))
  const others = shard.sentinels.filter((node) => node !== sentinel)
  const reason =
    whyNotHealthy(master === undefined ? [] : [master], [shard.master], 'master') ??
    whyNotHealthy(replicas, shard.replicas, 'slave') ??
    whyNotHealthy(sentinels, others, 'sentinel')
  return reason === undefined ? undefined : says(reason)
}

/** More flags than the kind mean trouble: `s_down`, `disconnected`, `failover_in_progress`, ... */
function whyNotHealthy(
  list: Reply | undefined,
  nodes: readonly FleetNode[],
  kind: 'master' | 'slave' | 'sentinel',
): string | undefined {
  const entries = Array.isArray(list) ? list.map(fieldsOf) : []
  for (const node of nodes) {
    const entry = entries.find((fields) => isEntryOf(fields, node.address))
    if (entry === undefined) return `does not know ${node}`
    if (entry.get('flags') !== kind) return `${node} has flags ${entry.get('flags')}`
    // Comes with the first INFO; a replica without it cannot be promoted (NOGOODSLAVE).
    if (entry.get('runid') === '') return `has no INFO of ${node}`
  }
  return undefined
}

/** `["127.0.0.1", "6379", ...]` */
function isPair(reply: Reply | undefined, host: string, port: number): boolean {
  return Array.isArray(reply) && reply[0] === host && reply[1] === `${port}`
}

function isEntryOf(fields: Map<string, string>, { host, port }: Address): boolean {
  return fields.get('ip') === host && fields.get('port') === `${port}`
}

async function roleOf(node: FleetNode): Promise<Reply> {
  const answers = await ask(node, [['ROLE']])
  return typeof answers === 'string' ? answers : (answers[0] ?? null)
}

/** The replies, errors among them; a sentence when there were none. */
async function ask(node: FleetNode, commands: string[][]): Promise<Reply[] | string> {
  try {
    return await node.use(deadlineIn(ANSWER_LIMIT), (connection) =>
      Promise.all(
        commands.map((command) =>
          connection.call(...command).catch((error: unknown) => {
            if (error instanceof ReplyError) return error
            throw error
          }),
        ),
      ),
    )
  } catch (error) {
    return `${node} gives no answer: ${error instanceof Error ? error.message : error}`
  }
}

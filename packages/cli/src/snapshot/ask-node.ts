import { placementRings, placementsRequest, readPlacement } from '@disredis/client'
import type { Address } from '@disredis/sentinel'
import { type Deployment, dialled } from '../connection/access.js'
import type { Reply } from '../nodes/node-session.js'
import { readFields, readList } from '../nodes/read-reply.js'
import { type Asking, askServer } from './ask-server.js'
import type { NodeReport, NodeRole, PlacementsReport } from './snapshot.js'

/**
 * What Sentinel sends to data nodes (sentinel.c: sentinelSendPing, sentinelSendSlaveOf, ...), and
 * replicas to their masters.
 */
const NEEDED_COMMANDS = [
  ...['ping', 'info', 'publish', 'subscribe', 'slaveof', 'replicaof', 'config', 'client'],
  ...['multi', 'exec', 'script', 'psync', 'replconf', 'role'],
]

const SECRETS = new Set([
  ...['requirepass', 'masterauth', 'tls-key-file-pass', 'tls-client-key-file-pass'],
  'primaryauth',
])

/** Asks a master or a replica. Never throws for what the network does. */
export async function askNode(
  address: Address,
  shards: readonly string[],
  deployment: Deployment,
  asking: Asking,
): Promise<NodeReport> {
  const visit = {
    address,
    dialled: dialled(address, deployment),
    access: deployment.data,
    probe: ['INFO', 'server'],
  }
  const { server, more } = await askServer(visit, asking, async ({ ask, refusals }, info) => {
    const [role, config, commands, functions] = await Promise.all([
      ask('ROLE'),
      ask('CONFIG', 'GET', '*'),
      ask('COMMAND', 'INFO', ...NEEDED_COMMANDS),
      ask(...placementsRequest().map(String)),
    ])
    return {
      // A user without ROLE may still read INFO, which says the same.
      role: role === undefined ? roleFromInfo(info) : readRole(role),
      config: withoutSecrets(readFields(config)),
      missingCommands: missing(commands),
      placements: readPlacements(functions, refusals.get('FUNCTION LIST')),
    }
  })
  return {
    ...server,
    shards,
    role: more?.role,
    config: more?.config ?? new Map(),
    missingCommands: more?.missingCommands ?? [],
    keys: countKeys(server.info),
    placements: more?.placements ?? { rings: new Map(), others: { found: 'no answer' } },
  }
}

function readRole(reply: Reply): NodeRole | undefined {
  const [kind, first, second, third, fourth] = readList(reply)
  if (kind === 'sentinel') return { kind: 'sentinel' }
  if (kind === 'master') {
    const replicas = readList(second).map((replica) => {
      const [host, port] = readList(replica)
      return { host: String(host), port: Number(port) }
    })
    return { kind: 'master', offset: Number(first), replicas }
  }
  if (kind !== 'slave') return undefined
  const master = { host: String(first), port: Number(second) }
  return { kind: 'replica', master, state: String(third), offset: Number(fourth) }
}

function roleFromInfo(info: ReadonlyMap<string, string>): NodeRole | undefined {
  const role = info.get('role')
  if (role === 'master') {
    const lines = [...info].filter(([name]) => /^slave\d+$/u.test(name)).map(([, line]) => line)
    const replicas = lines.map((line) => {
      const fields = new Map(line.split(',').map((part) => part.split('=', 2) as [string, string]))
      return { host: fields.get('ip') ?? '', port: Number(fields.get('port')) }
    })
    return { kind: 'master', offset: Number(info.get('master_repl_offset')), replicas }
  }
  if (role !== 'slave') return undefined
  return {
    kind: 'replica',
    master: { host: info.get('master_host') ?? '', port: Number(info.get('master_port')) },
    state: info.get('master_link_status') === 'up' ? 'connected' : 'connect',
    offset: Number(info.get('slave_repl_offset')),
  }
}

function readPlacements(reply: Reply | undefined, refusal = ''): PlacementsReport {
  const answer = reply === undefined ? new Error(refusal) : reply
  const rings = placementRings(answer)
  return {
    rings: new Map(rings.map((ring) => [ring, readPlacement(answer, ring)])),
    others: readPlacement(reply === undefined ? answer : [], ''),
  }
}

function withoutSecrets(config: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...config].map(([name, value]) => [name, SECRETS.has(name) && value !== '' ? '(set)' : value]),
  )
}

/** `COMMAND INFO` answers null for what it does not know; renamed commands among them. */
function missing(reply: Reply | undefined): readonly string[] {
  const known = readList(reply)
  if (known.length !== NEEDED_COMMANDS.length) return []
  return NEEDED_COMMANDS.filter((_, index) => known[index] === null)
}

function countKeys(info: ReadonlyMap<string, string>): number {
  let keys = 0
  for (const [name, value] of info) {
    if (/^db\d+$/u.test(name)) keys += Number(/keys=(\d+)/u.exec(value)?.[1] ?? 0)
  }
  return keys
}

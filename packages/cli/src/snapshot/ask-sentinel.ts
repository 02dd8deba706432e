import type { Address } from '@disredis/sentinel'
import { type Deployment, dialled } from '../connection/access.js'
import type { Reply } from '../nodes/node-session.js'
import { readFields, readList } from '../nodes/read-reply.js'
import { type Asking, askServer, type Questions } from './ask-server.js'
import type { MasterView, PeerView, ReplicaView, SentinelReport } from './snapshot.js'

/** Asks one Sentinel for everything that it knows. Never throws for what the network does. */
export async function askSentinel(
  address: Address,
  isSeed: boolean,
  deployment: Deployment,
  asking: Asking,
): Promise<SentinelReport> {
  const visit = {
    address,
    // A seed is what the user can dial already.
    dialled: isSeed ? address : dialled(address, deployment),
    access: deployment.sentinel,
    probe: ['SENTINEL', 'MASTERS'],
  }
  const { server, more } = await askServer(visit, asking, async (questions, info) => {
    if (info.size > 0 && !info.has('sentinel_masters')) return undefined
    const [id, masters, config] = await Promise.all([
      questions.ask('SENTINEL', 'MYID'),
      questions.ask('SENTINEL', 'MASTERS'),
      questions.ask('SENTINEL', 'CONFIG', 'GET', '*'),
    ])
    const wanted = readList(masters)
      .map(readFields)
      .filter((fields) => deployment.masters?.includes(fields.get('name') ?? '') ?? true)
    const views = await Promise.all(wanted.map((fields) => askMaster(fields, questions)))
    return {
      id: typeof id === 'string' ? id : undefined,
      masters: views.filter((view) => view !== undefined),
      config: readFields(config),
      mayAsk: masters !== undefined,
    }
  })
  const failure = server.failure ?? refusal(more, server.refusals)
  return {
    ...server,
    failure,
    isSeed,
    id: more?.id,
    isTilted: server.info.get('sentinel_tilt') === '1',
    masters: more?.masters ?? [],
    config: more?.config ?? new Map(),
  }
}

function refusal(
  more: { readonly mayAsk: boolean } | undefined,
  refusals: ReadonlyMap<string, string>,
): SentinelReport['failure'] {
  if (more === undefined) {
    const message = 'is not a Sentinel: it answers as a data node'
    return { reason: 'not-a-sentinel', message }
  }
  if (more.mayAsk) return undefined
  const said = refusals.get('SENTINEL MASTERS') ?? ''
  if (/unknown command/iu.test(said)) {
    return { reason: 'not-a-sentinel', message: 'is not a Sentinel: it does not know SENTINEL' }
  }
  return { reason: 'credentials', message: `does not let us ask SENTINEL MASTERS: ${said}` }
}

async function askMaster(
  fields: ReadonlyMap<string, string>,
  questions: Questions,
): Promise<MasterView | undefined> {
  const { ask } = questions
  const name = fields.get('name') ?? ''
  const [address, replicas, peers, quorumCheck] = await Promise.all([
    ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name),
    ask('SENTINEL', 'REPLICAS', name),
    ask('SENTINEL', 'SENTINELS', name),
    askQuorum(questions, name),
  ])
  const [host, port] = readList(address)
  // Removed between the questions.
  if (host === undefined) return undefined
  return {
    name,
    address: { host: String(host), port: Number(port) },
    flags: flagsOf(fields),
    quorum: numberOf(fields, 'quorum'),
    configEpoch: numberOf(fields, 'config-epoch'),
    downAfter: numberOf(fields, 'down-after-milliseconds'),
    failoverTimeout: numberOf(fields, 'failover-timeout'),
    parallelSyncs: numberOf(fields, 'parallel-syncs'),
    replicas: readList(replicas).map(readReplica).sort(byAddress),
    peers: readList(peers).map(readPeer).sort(byAddress),
    quorumCheck,
  }
}

/** Its refusal is the answer. */
async function askQuorum({ ask, refusals }: Questions, name: string): Promise<string | undefined> {
  const answer = await ask('SENTINEL', 'CKQUORUM', name)
  return answer === undefined ? refusals.get(`SENTINEL CKQUORUM ${name}`) : String(answer)
}

function readReplica(reply: Reply): ReplicaView {
  const fields = readFields(reply)
  return {
    address: addressOf(fields),
    flags: flagsOf(fields),
    priority: numberOf(fields, 'slave-priority'),
    silentFor: numberOf(fields, 'last-ok-ping-reply'),
  }
}

function readPeer(reply: Reply): PeerView {
  const fields = readFields(reply)
  return {
    address: addressOf(fields),
    id: fields.get('runid') ?? '',
    flags: flagsOf(fields),
    silentFor: numberOf(fields, 'last-ok-ping-reply'),
  }
}

function addressOf(fields: ReadonlyMap<string, string>): Address {
  return { host: fields.get('ip') ?? '', port: numberOf(fields, 'port') }
}

function flagsOf(fields: ReadonlyMap<string, string>): readonly string[] {
  return (fields.get('flags') ?? '').split(',').filter((flag) => flag !== '')
}

function numberOf(fields: ReadonlyMap<string, string>, name: string): number {
  return Number(fields.get(name) ?? 0)
}

function byAddress(a: { address: Address }, b: { address: Address }): number {
  return a.address.host < b.address.host
    ? -1
    : a.address.host > b.address.host
      ? 1
      : a.address.port - b.address.port
}

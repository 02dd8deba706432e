import { type Address, formatAddress } from '@disredis/connection'
import { SentinelReplyError } from '../errors.js'
import { isLoopback } from './host-and-port.js'
import type { ReadAddress } from './read-address.js'
import type { SentinelReply } from './read-reply.js'
import { fieldsOf, isNoSuchMaster, listOf } from './read-reply.js'
import type {
  FailoverReport,
  ListedSentinel,
  MasterReport,
  NamedNode,
  ReplicaTopology,
  SentinelReport,
} from './sentinel-report.js'

/** What one poll asks, in one write. */
export interface PollPlan {
  readonly commands: readonly (readonly string[])[]
  readonly names: readonly string[]
  readonly detailed: ReadonlySet<string>
}

/**
 * Asks for every master's epoch and then for its address. In this order, because the two may be
 * read apart: an epoch that is too low for an address is put right by the next poll, one that is too
 * high would hold a dead address up. `SENTINEL MASTERS` has an address too, but while replicas are
 * being reconfigured the leader shows the old one there with the new epoch.
 */
export function planPoll(names: readonly string[], detailed: ReadonlySet<string>): PollPlan {
  const commands = [['SENTINEL', 'MASTERS']]
  for (const name of names) {
    commands.push(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])
    if (!detailed.has(name)) continue
    commands.push(['SENTINEL', 'REPLICAS', name], ['SENTINEL', 'SENTINELS', name])
  }
  return { commands, names, detailed }
}

/**
 * @param isRemote the Sentinel is on another machine
 * @throws a typed error when the answer as a whole is of no use
 */
export function readPoll(
  plan: PollPlan,
  replies: readonly SentinelReply[],
  readAddress: ReadAddress,
  isRemote: boolean,
): SentinelReport {
  const problems: Error[] = []
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      problems.push(
        new SentinelReplyError(`${what}: ${(error as Error).message}`, { cause: error }),
      )
      return undefined
    }
  }
  let next = 0
  const reply = (): SentinelReply => replies[next++] ?? null
  const entries = readMasters(reply())
  const masters = new Map<string, MasterReport>()
  for (const [name, fields] of entries) masters.set(name, readMaster(fields, readAddress))

  for (const name of plan.names) {
    const address = reply()
    const [replicas, sentinels] = plan.detailed.has(name) ? [reply(), reply()] : []
    const report = masters.get(name)
    // It was added or removed between two of the questions: the next poll knows.
    if (report === undefined || address === null || isNoSuchMaster(replicas)) continue
    const [host, port] = listOf(address)
    const fields = entries.get(name)
    const known = readAll(replicas, (fields) =>
      attempt(`Replica of "${name}"`, () => readReplica(fields, readAddress)),
    )
    masters.set(name, {
      ...report,
      flags:
        fields?.get('port') === port && fields?.get('ip') === host
          ? report.flags
          : ofAnotherNode(report.flags),
      claim: attempt(`Master "${name}"`, () => {
        const claim = Object.freeze({
          address: readAddress(host, port),
          epoch: readEpoch(fields?.get('config-epoch')),
        })
        if (isRemote && claim.address.host === host && isLoopback(host)) {
          problems.push(loopbackProblem(name, claim.address))
        }
        return claim
      }),
      failover: readFailover(fields, known),
      replicas: known,
      replicaNodes: readAll(replicas, (fields) => readNode(fields, readAddress)),
      sentinels: readAll(sentinels, (fields) =>
        attempt(`Sentinel of "${name}"`, () => readSentinel(fields, readAddress)),
      ),
    })
  }
  return { masters, problems }
}

export type Fields = ReadonlyMap<string, string>

/** The reply to `SENTINEL MASTERS`, by name. */
export function readMasters(reply: SentinelReply): ReadonlyMap<string, Fields> {
  const masters = new Map<string, Fields>()
  for (const item of listOf(reply)) {
    const fields = fieldsOf(item)
    const name = fields.get('name')
    if (!name || !/^\d+$/u.test(fields.get('config-epoch') ?? '')) {
      throw new SentinelReplyError('SENTINEL MASTERS gave a master without name or config-epoch')
    }
    masters.set(name, fields)
  }
  return masters
}

function readMaster(fields: Fields, readAddress: ReadAddress): MasterReport {
  const counts = ['ip', 'port', 'config-epoch', 'num-slaves', 'num-other-sentinels', failoverState]
  return {
    quorum: Number(fields.get('quorum') ?? 0),
    downAfter: Number(fields.get('down-after-milliseconds') ?? 0),
    flags: flagsOf(fields),
    claim: undefined,
    node: readNode(fields, readAddress),
    replicaNodes: undefined,
    failover: undefined,
    replicas: undefined,
    sentinels: undefined,
    fingerprint: counts.map((name) => fields.get(name)).join(' '),
  }
}

/** It is used as it is: there may be a tunnel. */
function loopbackProblem(name: string, address: Address): SentinelReplyError {
  return new SentinelReplyError(
    `Master "${name}" is named at ${formatAddress(address)}, where every client reaches its own machine, not the ` +
      "Sentinel's machine; set replica-announce-ip, or map it with `natMap`",
  )
}

/** Failovers raise it by one or a few: a number beyond this was not counted. */
const highestEpoch = 2 ** 48

function readEpoch(text: string | undefined): number {
  const epoch = Number(text)
  if (epoch <= highestEpoch) return epoch
  throw new SentinelReplyError(`config-epoch ${text?.slice(0, 30)} is too large to be true`)
}

const failoverState = 'failover-state'

/**
 * The states of a failover (`sentinelFailoverStateStr` of sentinel.c) from the election of this
 * Sentinel to the promotion. Before them it only wants to be elected; after them it names the
 * promoted node as the master.
 */
const leadingStates = ['select_slave', 'send_slaveof_noone', 'wait_promotion']

function readFailover(
  fields: Fields | undefined,
  replicas: readonly ReplicaTopology[] | undefined,
): FailoverReport | undefined {
  if (!leadingStates.includes(fields?.get(failoverState) ?? '')) return undefined
  return { replica: replicas?.find(({ flags }) => flags.includes('promoted'))?.address }
}

/** While replicas are being reconfigured the leader still describes the master that went down. */
function ofAnotherNode(flags: readonly string[]): readonly string[] {
  const ofTheNode = ['s_down', 'o_down', 'disconnected']
  return Object.freeze(flags.filter((flag) => !ofTheNode.includes(flag)))
}

function readReplica(fields: Fields, readAddress: ReadAddress): ReplicaTopology {
  return Object.freeze({
    address: readAddress(fields.get('ip'), fields.get('port')),
    flags: flagsOf(fields),
    masterLinkUp: fields.get('master-link-status') === 'ok',
    priority: Number(fields.get('slave-priority') ?? fields.get('replica-priority') ?? 100),
  })
}

/** What cannot be read of it is told where its address is needed. */
function readNode(fields: Fields, readAddress: ReadAddress): NamedNode | undefined {
  const runId = fields.get('runid')
  if (!runId) return undefined
  try {
    return { address: readAddress(fields.get('ip'), fields.get('port')), runId }
  } catch {
    return undefined
  }
}

function readSentinel(fields: Fields, readAddress: ReadAddress): ListedSentinel {
  const id = fields.get('runid')
  if (!id) throw new SentinelReplyError('SENTINEL SENTINELS gave a Sentinel without runid')
  return { id, address: readAddress(fields.get('ip'), fields.get('port')) }
}

function flagsOf(fields: Fields): readonly string[] {
  return Object.freeze((fields.get('flags') ?? '').split(',').filter((flag) => flag !== ''))
}

/** Of a list that was asked for, what could be read. */
function readAll<T>(
  reply: SentinelReply | undefined,
  read: (fields: Fields) => T | undefined,
): readonly T[] | undefined {
  if (reply === undefined) return undefined
  return listOf(reply).flatMap((item) => read(fieldsOf(item)) ?? [])
}

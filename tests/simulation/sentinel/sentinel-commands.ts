import type { ClientSession } from '../node/client-session.js'
import type { PubSub } from '../node/pubsub.js'
import { ErrorReply, MapReply, nullArray, ok, type Reply, SimpleString } from '../resp/reply.js'
import { describeMaster, describePeer, describeReplica } from './describe-instance.js'
import { currentAddress, type MasterInstance } from './instances.js'
import { type FailoverRequestContext, requestFailover } from './request-failover.js'
import type { MasterConfig } from './sentinel-config.js'

/** What commands need of the Sentinel that executes them. */
export interface SentinelCommandContext extends FailoverRequestContext {
  readonly pubsub: PubSub
  monitor(config: MasterConfig): MasterInstance
  remove(master: MasterInstance): void
  /** It forgets the replicas and the other Sentinels as well. */
  resetByCommand(master: MasterInstance): void
}

const noSuchMaster = new ErrorReply('ERR No such master with that name')

/** What clients and operators ask a Sentinel. */
export function executeSentinelCommand(
  sentinel: SentinelCommandContext,
  session: ClientSession,
  given: readonly string[],
): void {
  const name = given[0]!.toUpperCase()
  const args = [name, ...given.slice(1)]
  if (sentinel.pubsub.execute(session, args)) return
  const reply = answer(sentinel, session, name, args)
  if (reply !== undefined) session.reply(reply)
}

function answer(
  sentinel: SentinelCommandContext,
  session: ClientSession,
  name: string,
  args: readonly string[],
): Reply | undefined {
  switch (name) {
    case 'PING':
      return sentinel.pubsub.pong(session, args[1])
    case 'HELLO':
      return hello(session, sentinel, args)
    case 'AUTH':
      return ok
    case 'CLIENT':
      if (args[1]?.toUpperCase() !== 'SETNAME') {
        return new ErrorReply(`ERR unknown subcommand '${args[1]}'. Try CLIENT HELP.`)
      }
      session.name = args[2]!
      return ok
    case 'ROLE':
      return ['sentinel', [...sentinel.masters.keys()]]
    case 'INFO':
      return infoText(sentinel)
    case 'QUIT':
      session.reply(ok)
      session.close()
      return undefined
    case 'SENTINEL':
      return sentinelCommand(sentinel, args)
    default:
      return new ErrorReply(`ERR unknown command '${args[0]}', with args beginning with: `)
  }
}

function hello(
  session: ClientSession,
  sentinel: SentinelCommandContext,
  args: readonly string[],
): Reply {
  if (args[1] !== undefined) session.protocol = args[1] === '3' ? 3 : 2
  const isValkey = sentinel.surroundings.isValkey
  return new MapReply([
    'server',
    isValkey ? 'valkey' : 'redis',
    'version',
    isValkey ? '9.1.2' : '7.0.15',
    'proto',
    session.protocol,
    'id',
    session.id,
    'mode',
    'sentinel',
    'modules',
    [],
  ])
}

function sentinelCommand(sentinel: SentinelCommandContext, args: readonly string[]): Reply {
  const subcommand = args[1]?.toUpperCase() ?? ''
  switch (subcommand) {
    case 'MYID':
      return sentinel.id
    case 'MASTERS':
      return [...sentinel.masters.values()].map((master) => describeMaster(master, sentinel.now))
    case 'RESET': {
      const pattern = new RegExp(`^${args[2]!.replaceAll('*', '.*')}$`)
      const found = [...sentinel.masters.values()].filter(({ name }) => pattern.test(name))
      for (const master of found) sentinel.resetByCommand(master)
      return found.length
    }
    case 'MONITOR': {
      const [, , name, host, port, quorum] = args as [
        string,
        string,
        string,
        string,
        string,
        string,
      ]
      if (sentinel.masters.has(name)) return new ErrorReply('ERR Duplicate master name.')
      sentinel.monitor({
        name,
        address: { host, port: Number(port) },
        quorum: Number(quorum),
        downAfter: 30_000,
        failoverTimeout: 180_000,
        parallelSyncs: 1,
        configEpoch: 0,
        leaderEpoch: 0,
        replicas: [],
        peers: [],
      })
      sentinel.save()
      return ok
    }
    case 'FLUSHCONFIG':
      sentinel.save()
      return ok
    case 'GET-MASTER-ADDR-BY-NAME': {
      const master = sentinel.masters.get(args[2]!)
      if (master === undefined) return nullArray
      const { host, port } = currentAddress(master)
      return [host, String(port)]
    }
  }
  const known = [
    'MASTER',
    'REPLICAS',
    'SLAVES',
    'SENTINELS',
    'FAILOVER',
    'CKQUORUM',
    'REMOVE',
    'SET',
  ]
  if (!known.includes(subcommand)) {
    return new ErrorReply(`ERR unknown subcommand '${args[1]}'. Try SENTINEL HELP.`)
  }
  const master = sentinel.masters.get(args[2]!)
  if (master === undefined) return noSuchMaster
  return masterCommand(sentinel, master, subcommand, args)
}

function masterCommand(
  sentinel: SentinelCommandContext,
  master: MasterInstance,
  subcommand: string,
  args: readonly string[],
): Reply {
  const { now } = sentinel
  switch (subcommand) {
    case 'MASTER':
      return describeMaster(master, now)
    case 'REPLICAS':
    case 'SLAVES':
      return [...master.replicas.values()].map((it) => describeReplica(it, master, now))
    case 'SENTINELS':
      return [...master.peers.values()].map((it) => describePeer(it, master, now))
    case 'REMOVE':
      sentinel.remove(master)
      return ok
    case 'SET':
      set(master, args)
      for (let at = 3; at < args.length; at += 2) {
        sentinel.event('+set', master, ` ${args[at]} ${args[at + 1]}`)
      }
      sentinel.save()
      return ok
    case 'CKQUORUM':
      return checkQuorum(master)
    default:
      return requestFailover(sentinel, master, args[3]?.toUpperCase())
  }
}

function set(master: MasterInstance, args: readonly string[]): void {
  for (let at = 3; at < args.length; at += 2) {
    const value = Number(args[at + 1])
    switch (args[at]!.toLowerCase()) {
      case 'down-after-milliseconds':
        master.downAfter = value
        break
      case 'failover-timeout':
        master.failoverTimeout = value
        break
      case 'parallel-syncs':
        master.parallelSyncs = value
        break
      case 'quorum':
        master.quorum = value
    }
  }
}

function checkQuorum(master: MasterInstance): Reply {
  const voters = master.peers.size + 1
  const usable = 1 + [...master.peers.values()].filter((it) => !it.isSubjectivelyDown).length
  const problems: string[] = []
  if (usable < master.quorum) {
    problems.push('Not enough available Sentinels to reach the specified quorum for this master')
  }
  if (usable < Math.floor(voters / 2) + 1) {
    problems.push('Not enough available Sentinels to reach the majority and authorize a failover')
  }
  if (problems.length > 0) {
    return new ErrorReply(`NOQUORUM ${usable} usable Sentinels. ${problems.join('. ')}`)
  }
  return new SimpleString(
    `OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`,
  )
}

function infoText(sentinel: SentinelCommandContext): string {
  const lines = [
    '# Sentinel',
    `sentinel_masters:${sentinel.masters.size}`,
    `sentinel_tilt:${sentinel.isTilted ? 1 : 0}`,
  ]
  let index = 0
  for (const master of sentinel.masters.values()) {
    const status = master.isObjectivelyDown ? 'odown' : master.isSubjectivelyDown ? 'sdown' : 'ok'
    const { host, port } = master.address
    lines.push(
      `master${index++}:name=${master.name},status=${status},address=${host}:${port},slaves=${master.replicas.size},sentinels=${master.peers.size + 1}`,
    )
  }
  return `${lines.join('\r\n')}\r\n`
}

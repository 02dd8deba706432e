import { ErrorReply, ok, type Reply, SimpleString } from '../resp/reply.js'
import type { NodeContext } from './node-context.js'
import { sha1 } from './scripts.js'
import { command, type ServerCommand, type ServerCommandContext } from './server-command.js'
import type { ServerAddress } from './server-messages.js'

export function roleReply(node: NodeContext): Reply {
  const { link } = node
  if (link === undefined) {
    const replicas = node.source.online.map(({ address, ackOffset }) => [
      address.host,
      String(address.port),
      String(ackOffset),
    ])
    return ['master', node.offset, replicas]
  }
  const { host, port } = link.master
  return ['slave', host, port, link.state, link.isConnected ? node.offset : -1]
}

function infoText(node: ServerCommandContext): string {
  const info = node.info()
  const lines = ['# Replication', `role:${info.role}`]
  if (info.master === undefined) {
    lines.push(`connected_slaves:${node.source.online.length}`)
    node.source.online.forEach(({ address, ackOffset }, index) => {
      lines.push(
        `slave${index}:ip=${address.host},port=${address.port},state=online,offset=${ackOffset},lag=0`,
      )
    })
    lines.push(`master_failover_state:${node.failover.state}`)
  } else {
    lines.push(
      `master_host:${info.master.host}`,
      `master_port:${info.master.port}`,
      `master_link_status:${info.linkUp ? 'up' : 'down'}`,
      `slave_repl_offset:${info.offset}`,
      `slave_priority:${info.priority}`,
    )
  }
  lines.push(`master_replid:${node.replid}`, `master_repl_offset:${node.offset}`)
  return `run_id:${info.runId}\r\nloading:${node.isLoading ? 1 : 0}\r\n${lines.join('\r\n')}\r\n`
}

function replicaOf([, host, port]: readonly string[], node: ServerCommandContext): Reply {
  if (node.failover.state !== 'no-failover') {
    return new ErrorReply('ERR REPLICAOF not allowed while failing over.')
  }
  if (host!.toLowerCase() === 'no' && port!.toLowerCase() === 'one') {
    node.becomeMaster()
    return ok
  }
  const isNews = node.becomeReplicaOf({ host: host!, port: Number(port) })
  return isNews ? ok : new SimpleString('OK Already connected to specified master')
}

function failover(args: readonly string[], node: ServerCommandContext): Reply {
  const words = args.map((arg) => arg.toUpperCase())
  if (words[1] === 'ABORT') {
    if (node.failover.state === 'no-failover') return new ErrorReply('ERR No failover in progress.')
    node.failover.abort()
    return ok
  }
  const to = words.indexOf('TO')
  const limit = words.indexOf('TIMEOUT')
  const target: ServerAddress | undefined =
    to === -1 ? undefined : { host: args[to + 1]!, port: Number(args[to + 2]) }
  const wrong = node.failover.begin(target, limit === -1 ? undefined : Number(args[limit + 1]))
  return wrong === undefined ? ok : new ErrorReply(wrong)
}

export const serverCommands: Readonly<Record<string, ServerCommand>> = {
  ROLE: command(1, (_args, session, node) => {
    if (node.role === 'master') session.wasToldMaster = true
    return roleReply(node)
  }),
  INFO: command(-1, (_args, _session, node) => infoText(node)),
  REPLICAOF: command(3, (args, _session, node) => replicaOf(args, node)),
  SLAVEOF: command(3, (args, _session, node) => replicaOf(args, node)),
  FAILOVER: command(-1, (args, _session, node) => failover(args, node)),
  PUBLISH: command(3, ([, channel, message], _session, node) => {
    node.source.send({ kind: 'message', channel: channel!, message: message! })
    return node.executor.pubsub.deliver(channel!, message!)
  }),
  SPUBLISH: command(3, ([, channel, message], _session, node) =>
    node.executor.pubsub.deliver(channel!, message!, true),
  ),
  SCRIPT: command(-2, (args, _session, { executor }) => {
    const { scripts, knownScripts } = executor
    switch (args[1]!.toUpperCase()) {
      case 'LOAD': {
        const body = knownScripts.get(args[2]!)
        if (body !== undefined) scripts.set(sha1(args[2]!), body)
        return sha1(args[2]!)
      }
      case 'EXISTS':
        return args.slice(2).map((sha) => (scripts.has(sha) ? 1 : 0))
      case 'FLUSH':
        scripts.clear()
        return ok
      default:
        return new ErrorReply(`ERR unknown subcommand '${args[1]}'. Try SCRIPT HELP.`)
    }
  }),
}

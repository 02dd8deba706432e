import { ErrorReply, MapReply, ok, type Reply } from '../resp/reply.js'
import type { ClientSession } from './client-session.js'
import type { NodeContext } from './node-context.js'
import { command, type ServerCommand } from './server-command.js'

const wrongPassword = new ErrorReply(
  'WRONGPASS invalid username-password pair or user is disabled.',
)

function authenticate(session: ClientSession, node: NodeContext, given: string): boolean {
  if (given !== (node.options.password ?? '')) return false
  session.isAuthenticated = true
  return true
}

function hello(args: readonly string[], session: ClientSession, node: NodeContext): Reply {
  if (args[1] !== undefined && args[1] !== '2' && args[1] !== '3') {
    return new ErrorReply('NOPROTO unsupported protocol version')
  }
  for (let at = 2; at < args.length; at++) {
    const option = args[at]!.toUpperCase()
    if (option === 'AUTH') {
      if (!authenticate(session, node, args[at + 2]!)) return wrongPassword
      at += 2
    } else if (option === 'SETNAME') {
      session.name = args[++at]!
    } else {
      return new ErrorReply('ERR Syntax error in HELLO')
    }
  }
  if (!session.isAuthenticated) {
    return new ErrorReply(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    )
  }
  if (args[1] !== undefined) session.protocol = args[1] === '3' ? 3 : 2
  const { isValkey } = node.options
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
    'standalone',
    'role',
    node.role === 'master' ? 'master' : 'replica',
    'modules',
    [],
  ])
}

function client(args: readonly string[], session: ClientSession, node: NodeContext): Reply {
  switch (args[1]!.toUpperCase()) {
    case 'SETNAME':
      session.name = args[2]!
      return ok
    case 'GETNAME':
      return session.name === '' ? null : session.name
    case 'ID':
      return session.id
    case 'SETINFO':
      if (node.options.isValkey) return ok
      break
    case 'PAUSE':
      node.pause.begin(Number(args[2]), args[3]?.toUpperCase() !== 'WRITE')
      return ok
    case 'UNPAUSE':
      node.pause.end()
      return ok
    case 'KILL': {
      const others = [...node.sessions].filter((it) => it !== session)
      for (const other of others) node.closeSession(other)
      return others.length
    }
    case 'NO-EVICT':
    case 'TRACKING':
      return ok
  }
  return new ErrorReply(`ERR unknown subcommand '${args[1]}'. Try CLIENT HELP.`)
}

export const connectionCommands: Readonly<Record<string, ServerCommand>> = {
  HELLO: command(-1, hello),
  AUTH: command(-2, (args, session, node) =>
    authenticate(session, node, args.at(-1)!) ? ok : wrongPassword,
  ),
  SELECT: command(2, () => ok),
  CLIENT: command(-2, client),
  PING: command(-1, ([, text], session, node) => node.executor.pubsub.pong(session, text)),
  ECHO: command(2, ([, text]) => text!),
  QUIT: command(-1, (_args, session, node) => {
    session.reply(ok)
    node.closeSession(session)
    return undefined
  }),
}

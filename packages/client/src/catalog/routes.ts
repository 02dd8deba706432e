import {
  anyDrawn,
  anyReply,
  concatenated,
  countsAdded,
  everywhere,
  inOrder,
  type Join,
  sum,
  united,
} from './join.js'
import type { Route } from './route.js'

const keys: Route = { to: 'keys' }
const channel: Route = { to: 'channel' }

const transaction: Route = {
  to: 'client',
  where: 'one shard',
  how: 'Use multi() or transaction(): commands of other callers share the connection.',
}
const shardChannels = {
  to: 'client',
  where: 'by channel',
  how: 'Use the method: subscriptions have connections of their own.',
} as const
const patterns: Route = { ...shardChannels, where: 'all shards' }

const named: Route = {
  to: 'all',
  join: anyReply,
  note: 'It applies to the connections that are open now; the option `connectionName` applies to later ones too.',
}

const ownAnswer = shard('Each master has its own answer.')
const oneServer = shard('It administers one server.')
const connection = none('It changes a connection, which other callers share.')

/**
 * The routes of the commands that do not simply go where their keys are. A container's route is that
 * of its subcommands that have no keys and no row of their own. What is sent to all shards, and how
 * replies are joined, is what Redis's command tips say (`request_policy`, `response_policy`).
 */
const routes: Readonly<Record<string, Route>> = {
  // Split by key.
  mget: split(inOrder),
  mset: split(anyReply, 2),
  del: split(sum),
  unlink: split(sum),
  exists: split(sum),
  touch: split(sum),

  // To all shards.
  keys: all(concatenated),
  dbsize: all(sum),
  flushdb: all(anyReply),
  flushall: all(anyReply),
  randomkey: all(anyDrawn),
  ping: all(anyReply),
  echo: all(anyReply),
  'script|load': all(anyReply),
  'script|exists': all(everywhere),
  'script|flush': all(anyReply),
  'script|kill': { to: 'all', join: anyReply, oneSuffices: true },
  'function|load': all(anyReply),
  'function|delete': all(anyReply),
  'function|flush': all(anyReply),
  'function|restore': all(anyReply),
  'function|kill': { to: 'all', join: anyReply, oneSuffices: true },
  'config|set': all(anyReply),
  'config|resetstat': all(anyReply),
  'config|rewrite': all(anyReply),
  'acl|setuser': all(anyReply),
  'acl|deluser': all(anyReply),
  'acl|save': all(anyReply),
  'client|setname': named,
  'client|setinfo': named,
  'memory|purge': all(anyReply),
  'slowlog|len': all(sum),
  'slowlog|reset': all(anyReply),
  'latency|reset': all(sum),
  'pubsub|channels': all(united),
  'pubsub|shardchannels': all(united),
  'pubsub|numsub': all(countsAdded),
  'pubsub|shardnumsub': all(countsAdded),
  scan: { to: 'cursor' },

  // By channel.
  publish: channel,
  spublish: channel,
  subscribe: {
    ...shardChannels,
    how: `${shardChannels.how} Those of keyspace notifications are on all shards.`,
  },
  unsubscribe: shardChannels,
  ssubscribe: shardChannels,
  sunsubscribe: shardChannels,
  psubscribe: patterns,
  punsubscribe: patterns,

  // By methods of the client.
  multi: transaction,
  exec: transaction,
  discard: transaction,
  watch: transaction,
  unwatch: transaction,
  quit: {
    to: 'client',
    where: 'all shards',
    how: 'quit() closes the client.',
  },
  monitor: {
    to: 'client',
    where: 'not routable',
    how: 'It would flood a connection that others share: connect ioredis to one node, `health()` has the addresses.',
  },

  // What each master answers for itself.
  client: ownAnswer,
  cluster: shard('This is not Redis Cluster: Sentinel watches each master.'),
  command: ownAnswer,
  config: ownAnswer,
  function: ownAnswer,
  hotkeys: ownAnswer,
  info: ownAnswer,
  lastsave: ownAnswer,
  latency: ownAnswer,
  lolwut: ownAnswer,
  memory: ownAnswer,
  object: ownAnswer,
  pubsub: ownAnswer,
  role: ownAnswer,
  script: ownAnswer,
  slowlog: ownAnswer,
  time: shard('Each master has its own clock.'),
  xgroup: ownAnswer,
  xinfo: ownAnswer,

  // What is done to one server.
  acl: oneServer,
  backup: oneServer,
  bgrewriteaof: oneServer,
  bgsave: oneServer,
  'client|kill': oneServer,
  'client|pause': oneServer,
  'client|unblock': oneServer,
  'client|unpause': oneServer,
  debug: oneServer,
  failover: shard('Sentinel fails masters over: use SENTINEL FAILOVER.'),
  module: oneServer,
  pfselftest: oneServer,
  replicaof: shard('Sentinel decides which node is a replica of which.'),
  save: oneServer,
  sentinel: shard('It is a command of Sentinels, not of masters.'),
  shutdown: oneServer,
  slaveof: shard('Sentinel decides which node is a replica of which.'),
  swapdb: shard('A failure between two shards would leave databases swapped on one of them only.'),
  trimslots: oneServer,

  // What concerns a connection.
  asking: connection,
  auth: none('Use the options `username` and `password`, or `credentials`.'),
  'client|caching': connection,
  'client|no-evict': connection,
  'client|no-touch': connection,
  'client|reply': connection,
  'client|tracking': connection,
  hello: none('Use the options `username`, `password` and `connectionName`.'),
  himport: none('What HIMPORT PREPARE sets up belongs to a connection, which other callers share.'),
  psync: connection,
  readonly: connection,
  readwrite: connection,
  replconf: connection,
  reset: connection,
  'script|debug': connection,
  select: none('Use the option `db`.'),
  sync: connection,
  wait: none('It would hold up other callers. Use durable().'),
  waitaof: none('It would hold up other callers. Use durable().'),
}

/** Of commands and subcommands that are not known at all. */
const unknown = shard('This version does not know the command, or where its keys are.')

/** @param name lower case, `container|subcommand` for a subcommand */
export function routeOf(name: string, hasKeys: boolean): Route {
  const [container] = name.split('|') as [string]
  return routeAt(name) ?? (hasKeys ? keys : (routeAt(container) ?? unknown))
}

function routeAt(name: string): Route | undefined {
  return Object.hasOwn(routes, name) ? routes[name] : undefined
}

function split(join: Join, step: 1 | 2 = 1): Route {
  return { to: 'split', step, join }
}

function all(join: Join): Route {
  return { to: 'all', join }
}

function shard(why: string): Route {
  return { to: 'shard', why }
}

function none(why: string): Route {
  return { to: 'none', why }
}

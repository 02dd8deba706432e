import { effectOfCall } from '../src/catalog/command-effect.js'
import { commandInfo, infoOfCall } from '../src/catalog/command-info.js'
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
} from '../src/catalog/join.js'
import { type ServerCommand, serverCommands } from '../src/catalog/server-commands.js'

type Cells = readonly [sent: string, how: string]

/** `docs/commands.md`, from the routing table. */
export function commandsPage(): string {
  const rows = Object.entries(serverCommands)
  const ofServers = rows.filter(([, [, , since]]) => since !== 'later')
  const later = rows.filter(([, [, , since]]) => since === 'later')
  return `<!-- Generated from the routing table of packages/client: npx vitest run test/commands-page.test.ts -u -->

# Commands

This page says where each command of \`COMMAND LIST\` of Redis 7.0 and 8.0 is sent. A command that cannot
work over several masters rejects with a typed error that says what to do instead. Nothing is sent to the wrong
shard, and nothing is sent twice.

| sent | meaning |
|---|---|
| by key | to the shard of its key |
| one shard | to the shard of its keys, which must all be on one shard; otherwise \`CrossShardError\` says where each key lives. Keys with the same hash tag live together: \`{user:1}:a\` and \`{user:1}:b\` |
| split | to the shards of its keys, each with its own keys, in parallel. Not atomic over shards: if a part fails, \`PartialFailureError\` has the result of each shard |
| all shards | to every master, in parallel; \`PartialFailureError\` as above |
| by channel | to the shard of its channel, which is chosen as for a key |
| not routable | rejects with \`NotRoutableError\`. Where the table says so, \`redis.shard('name')\` sends the command to one master |

*Repeated* says what happens when a connection is lost before the reply:

- *yes*: it is sent again, because it changes nothing.
- *on request*: it is sent again with \`retryWrites: 'idempotent'\` or \`with({ idempotent: true })\`, if it has
  no condition (SET without NX, XX and GET; EXPIREAT without NX, XX, GT and LT).
- *one by one*: only with \`with({ idempotent: true })\`.
- *no*: it always rejects with \`OutcomeUnknownError\`.

With one master, commands without a key go to that master, all keys live together, and only commands that
concern a connection are refused.

Commands that are not in this table, such as those of modules, go through \`redis.shard('name').call(...)\`.

## Scans

\`SCAN\`, \`HSCAN\`, \`SSCAN\` and \`ZSCAN\`, their streams and \`scanKeys()\` keep Redis's promise in
failovers too: an element that exists throughout is returned at least once, and maybe twice. A cursor is valid only
on the server that gave it. So when another server serves the shard, or the same one after a restart, the scan of
that shard or key begins again; the client recognizes this by the cursor. Pass \`'0'\`, or a cursor of an
earlier call by any client of the same masters.

Scans are answered by masters, whatever \`readFrom\` says. In a transaction they may begin (cursor 0) but not
continue. If the user lacks \`+info\`, by which servers are told apart, a cursor can only be used by the client
that got it.

## Redis 7.0 and 8.0

${table(ofServers)}

## Newer

ioredis has these commands as well; servers up to Redis 8.0 do not.

${table(later)}
`
}

function table(rows: readonly [string, ServerCommand][]): string {
  const lines = rows.map(([fullName, row]) => {
    const [sent, how] = cells(fullName, row)
    const name = `\`${fullName.toUpperCase().replace('|', ' ')}\``
    const since = row[2] === '8.0' ? ' (8.0)' : ''
    return `| ${name}${since} | ${sent} | ${repeated(fullName)} | ${how} |`
  })
  return ['| command | sent | repeated | |', '|---|---|---|---|', ...lines].join('\n')
}

function cells(fullName: string, [flags, keys]: ServerCommand): Cells {
  const [name, subcommand] = fullName.split('|') as [string, string?]
  const info = infoOfCall(commandInfo(name), [subcommand])
  const { route } = info
  switch (route.to) {
    case 'keys': {
      const notes = [
        info.isBlocking ? 'On connections of their own, where it delays no others.' : '',
        fullName === 'xread'
          ? 'Asked again after a failover, `$` is the end that a stream has then.'
          : '',
        info.readsPatterns ? "Patterns of BY and GET need the key's hash tag." : '',
        info.cursorIndex >= 0 ? 'See [scans](#scans).' : '',
        fullName.startsWith('evalsha')
          ? 'On NOSCRIPT again with the script, if this client gave it to SCRIPT LOAD.'
          : '',
        flags.includes('keyless') ? 'Without a key it is not routable. Use `shard(name)`.' : '',
      ]
      return [/^\d+$/.test(keys) ? 'by key' : 'one shard', notes.filter(Boolean).join(' ')]
    }
    case 'split':
      return ['split', `${joined(route.join)}.`]
    case 'all': {
      const suffices = route.oneSuffices ? ' One shard that does it suffices.' : ''
      const note = route.note === undefined ? '' : ` ${route.note}`
      return ['all shards', `${joined(route.join)}.${suffices}${note}`]
    }
    case 'cursor':
      return ['all shards', 'One after the other. See [scans](#scans).']
    case 'channel':
      return ['by channel', 'In a transaction the channel counts as a key.']
    case 'client':
      return [route.where, route.how]
    case 'shard':
      return ['not routable', `${route.why} Use \`shard(name)\`.`]
    case 'none':
      return ['not routable', route.why]
  }
}

/** What `retryWrites` and `idempotent` do for a call without conditions. */
function repeated(fullName: string): string {
  const [name, subcommand] = fullName.split('|') as [string, string?]
  const { route, effect } = infoOfCall(commandInfo(name), [subcommand])
  if (route.to === 'none' || route.to === 'client') return ''
  switch (effectOfCall(fullName, effect, ['key', 'value'])) {
    case 'read':
      return 'yes'
    case 'idempotent':
      return 'on request'
    case 'script':
      return 'on request, one by one'
    case 'once':
      return 'no'
  }
}

const joins = new Map<Join, string>([
  [anyDrawn, 'One of the keys that the shards draw'],
  [anyReply, 'All give the same reply'],
  [concatenated, 'The replies together'],
  [countsAdded, 'The counts added up'],
  [everywhere, '1 where every shard has it'],
  [inOrder, 'The values in the order of the keys'],
  [sum, 'The sum'],
  [united, 'Each name once'],
])

function joined(join: Join): string {
  const text = joins.get(join)
  if (text === undefined) throw new TypeError(`No words for the join ${join.name}`)
  return text
}

import { Command } from 'commander'
import { connectionHelp, withConnection } from './connection/connection-options.js'
import type { ExitCode } from './exit-code.js'
import type { Terminal } from './output/terminal.js'
import type { Run } from './run.js'
import { version } from './version.js'

/** The whole command line. Only the command that is called is loaded. */
export function createProgram(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const program = new Command('disredis')
    .description('Redis and Valkey with Sentinel: what is where, what will not fail over, and why.')
    .version(version(), '-V, --version')
    .configureOutput({
      writeOut: (text) => terminal.print(text.replace(/\n$/u, '')),
      writeErr: (text) => terminal.tell(text.replace(/\n$/u, '')),
      getOutHasColors: () => terminal.hasColour,
      getErrHasColors: () => terminal.hasColour,
    })
    .exitOverride()
    .showHelpAfterError('(add --help for help)')
    .enablePositionalOptions()

  /** The last argument of an action is the command itself, the one before it its options. */
  const action =
    <Flags>(load: () => Promise<Run<Flags>>) =>
    async (...args: unknown[]) => {
      const command = args.at(-1) as Command
      const run = await load()
      done(await run(command.opts() as Flags, command.args, terminal))
    }

  withConnection(
    program
      .command('topology')
      .summary('shards, masters, replicas, Sentinels, and where they differ')
      .description('Shows shards, masters, replicas with their lag, Sentinels and their opinions.')
      .option('-w, --watch', 'go on with events as they happen')
      .option('--json', 'one JSON object; with --watch, one a line'),
  )
    .addHelpText(
      'after',
      examples('topology -s 10.0.0.1,10.0.0.2,10.0.0.3', 'topology --watch --json'),
    )
    .action(action(async () => (await import('./commands/topology.js')).topology))

  withConnection(
    program
      .command('where')
      .summary('slot, shard and master of keys')
      .description('Says where keys live: their slot, their shard, and its master now.')
      .argument('<key...>')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples("where user:1 '{user:1}:cart'"))
    .action(action(async () => (await import('./commands/where.js')).where))

  withConnection(
    program
      .command('keys')
      .summary('the keys of all shards that match a pattern')
      .description(
        'Prints the keys of all shards that match, by SCAN: it blocks no server, and a key that is there ' +
          'all along comes at least once.',
      )
      .argument('<pattern>')
      .option('--limit <n>', 'stop after so many')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples("keys 'session:*' --limit 10"))
    .action(action(async () => (await import('./commands/keys.js')).keys))

  withConnection(
    program
      .command('exec')
      .summary('one command, routed as the client routes it')
      .description('Runs one command where its key lives, or on the master of one shard.')
      .argument('<command...>')
      .passThroughOptions()
      .option('--shard <name>', 'on the master of this shard, whatever the keys')
      .option('--json', 'the reply as JSON'),
  )
    .addHelpText(
      'after',
      examples('exec GET user:1', 'exec --shard shard-1 INFO replication', 'exec -- SET k -1'),
    )
    .action(action(async () => (await import('./commands/exec.js')).exec))

  withConnection(
    program
      .command('doctor')
      .summary('what will not fail over, lose data, or lock clients out')
      .description(
        'Looks at every Sentinel and every node, changes nothing, and says what is wrong, who says so, ' +
          'and how to mend it.',
      )
      .option('--simulate', 'also: host by host, what is lost if it dies')
      .option('--command-timeout <ms>', 'commandTimeout of the clients (10000)')
      .option('--config <file...>', 'also read these redis.conf and sentinel.conf')
      .option('--json', 'one JSON object: { findings }'),
  )
    .addHelpText(
      'after',
      examples('doctor -s 10.0.0.1,10.0.0.2,10.0.0.3', 'doctor --simulate', 'doctor --json'),
    )
    .action(action(async () => (await import('./commands/doctor.js')).doctor))

  program
    .command('init')
    .summary('writes a deployment that fails over: servers, Sentinels, users, units')
    .description(
      'Asks a few questions, or reads a description, and writes everything for a deployment that survives ' +
        'the loss of any one host: redis.conf, sentinel.conf, users, systemd, Supervisor, compose, Kubernetes.',
    )
    .argument('[folder]', 'where to (redis-deployment)')
    .option(
      '-d, --description <file>',
      'YAML or JSON: { hosts: [{ name, address, data }], shards, … }',
    )
    .option('--placeholders', 'passwords to be replaced, for an example')
    .option('--json', 'one JSON object: the files')
    .addHelpText('after', examples('init', 'init -d description.yaml /srv/redis'))
    .action(action(async () => (await import('./commands/init.js')).init))

  program
    .command('connection', { hidden: true })
    .description(connectionHelp)
    .action(() => terminal.print(connectionHelp))
  program.addHelpText(
    'after',
    '\n`disredis help connection` tells how a deployment is found: options, variables, files.' +
      '\nExit codes: 0 fine, 1 findings, 2 wrong usage, 3 nothing could be reached.',
  )
  return program
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  disredis ${line}`).join('\n')}`
}

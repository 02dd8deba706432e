import { Argument, Command } from 'commander'
import type { Shell } from './completion/completion-script.js'
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
      .summary('show shards, masters, replicas, Sentinels, and where they disagree')
      .description('Shows shards, masters, replicas with their lag, Sentinels and their opinions.')
      .option('-w, --watch', 'then print events as they happen')
      .option('--json', 'one JSON object; with --watch, one per line'),
  )
    .addHelpText(
      'after',
      examples('topology -s 10.0.0.1,10.0.0.2,10.0.0.3', 'topology --watch --json'),
    )
    .action(action(async () => (await import('./commands/topology.js')).topology))

  withConnection(
    program
      .command('where')
      .summary('show slot, shard and master of keys')
      .description('Says where keys live: their slot, their shard, and its current master.')
      .argument('<key...>')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples("where user:1 '{user:1}:cart'"))
    .action(action(async () => (await import('./commands/where.js')).where))

  withConnection(
    program
      .command('keys')
      .summary('list the keys of all shards that match a pattern')
      .description(
        'Prints the keys of all shards that match, by SCAN, which blocks no server. A key that exists ' +
          'throughout is printed at least once.',
      )
      .argument('<pattern>')
      .option('--limit <n>', 'stop after this many')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples("keys 'session:*' --limit 10"))
    .action(action(async () => (await import('./commands/keys.js')).keys))

  withConnection(
    program
      .command('exec')
      .summary('run one command, routed as the client routes it')
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
      .summary('find what will not fail over, will lose data, or will lock clients out')
      .description(
        'Looks at every Sentinel and every node, changes nothing, and says what is wrong, who says so, ' +
          'and how to fix it.',
      )
      .option('--simulate', 'also show, host by host, what is lost if it dies')
      .option('--command-timeout <ms>', 'commandTimeout of the clients (10000)')
      .option('--config <file...>', 'also read these redis.conf and sentinel.conf')
      .option('--json', 'one JSON object: { findings }'),
  )
    .addHelpText(
      'after',
      examples('doctor -s 10.0.0.1,10.0.0.2,10.0.0.3', 'doctor --simulate', 'doctor --json'),
    )
    .action(action(async () => (await import('./commands/doctor.js')).doctor))

  const placement = program
    .command('placement')
    .summary('show, check or remove the placement records: which master has which keys')
    .description(
      'Looks at the record that every master has of its ring: the shards, their weights, which of them it is.',
    )
  withConnection(
    placement
      .command('show')
      .summary('show what the masters say')
      .description(
        'Shows the records of every ring, or of the one that is named. Exit code 1 when there is none.',
      )
      .option('--json', 'one JSON object: { rings }'),
  )
    .addHelpText('after', examples('placement show', 'placement show --ring-name sessions --json'))
    .action(action(async () => (await import('./commands/placement.js')).show))
  withConnection(
    placement
      .command('check')
      .summary('say whether a client with these options would serve')
      .description(
        'Compares the records with the placement of a client that has these masters, weights and ring name. ' +
          'Changes nothing. Exit code 1 when a master has a different record, has none, or does not answer.',
      )
      .option('--json', 'one JSON object: { expected, masters }'),
  )
    .addHelpText(
      'after',
      examples('placement check --masters a,b', 'placement check --weights a=1,b=2'),
    )
    .action(action(async () => (await import('./commands/placement.js')).check))
  withConnection(
    placement
      .command('reset')
      .summary('remove the records of a ring')
      .description(
        'Removes the records of one ring from every master: after its keys were moved, and while every ' +
          'client of the ring is stopped. The next client writes its own. Asks first.',
      )
      .option('-y, --yes', 'do not ask')
      .option('--json', 'one JSON object: { ring, removed }'),
  )
    .addHelpText('after', examples('placement reset', 'placement reset --ring-name sessions --yes'))
    .action(action(async () => (await import('./commands/placement.js')).reset))

  program
    .command('init')
    .summary('write a deployment that fails over: servers, Sentinels, users, units')
    .description(
      'Asks a few questions, or reads a description, and writes everything for a deployment that survives ' +
        'the loss of any one host: redis.conf, sentinel.conf, users, systemd, Supervisor, compose, Kubernetes.',
    )
    .argument('[folder]', 'folder to write to (redis-deployment)')
    .option(
      '-d, --description <file>',
      'YAML or JSON: { hosts: [{ name, address, data }], shards, … }',
    )
    .option('--placeholders', 'placeholder passwords, for an example')
    .option('--json', 'one JSON object: the files')
    .addHelpText('after', examples('init', 'init -d description.yaml /srv/redis'))
    .action(action(async () => (await import('./commands/init.js')).init))

  withConnection(
    program
      .command('drill')
      .summary('run a planned failover under a measured trickle of writes')
      .description(
        'Fails a shard over (SENTINEL FAILOVER) while it writes to keys of its own, and says how long nothing ' +
          'was acknowledged and what was lost. Asks first; refuses if the doctor says that it cannot work.',
      )
      .argument('<shard>')
      .option('-y, --yes', 'do not ask')
      .option('--coordinated', 'SENTINEL FAILOVER … COORDINATED, of Valkey 9')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples('drill shard-1', 'drill shard-1 --yes --json'))
    .action(action(async () => (await import('./commands/drill.js')).drill))

  withConnection(
    program
      .command('bench')
      .summary('run a short load on your own deployment')
      .description('Writes and reads keys of its own, evenly on all shards, and removes them.')
      .option('--seconds <n>', 'for each command', '5')
      .option('--concurrency <n>', 'commands in flight at a time', '50')
      .option('--size <bytes>', 'of a value', '100')
      .option('--json', 'one JSON object'),
  )
    .addHelpText('after', examples('bench --seconds 10 --concurrency 200'))
    .action(action(async () => (await import('./commands/bench.js')).bench))

  withConnection(
    program
      .command('metrics')
      .summary('export what Sentinels and servers report, for Prometheus')
      .description('Prints metrics in the text format of Prometheus, or serves them.')
      .option(
        '--listen <address>',
        'port, or host:port; /metrics there (127.0.0.1 without a host)',
      ),
  )
    .addHelpText('after', examples('metrics', 'metrics --listen 0.0.0.0:9126'))
    .action(action(async () => (await import('./commands/metrics.js')).metrics))

  const named = (command: Command) =>
    command.option('--name <name>', 'one of several', 'default').option('--json', 'one JSON object')
  named(program.command('up'))
    .summary('start a local fleet for development')
    .description(
      'Starts masters, replicas and Sentinels on free ports of this machine. The last line is for .env.',
    )
    .option('--masters <n>', 'shards', '1')
    .option('--replicas <n>', 'of each master', '1')
    .option('--sentinels <n>', 'Sentinels', '3')
    .addHelpText('after', examples('up --masters 3', 'up | tail -1 >> .env'))
    .action(action(async () => (await import('./commands/up.js')).up))
  named(program.command('down'))
    .summary('stop the local fleet')
    .description('Stops the local fleet and removes its data.')
    .action(action(async () => (await import('./commands/up.js')).down))
  named(program.command('status'))
    .summary('show whether the local fleet is up, and where')
    .description('Shows the local fleet. Exit code 1 when there is none.')
    .action(action(async () => (await import('./commands/up.js')).status))

  program
    .command('hold', { hidden: true })
    .argument('<file>')
    .argument('<options>')
    .action(action(async () => (await import('./local-fleet/hold-fleet.js')).holdFleet))

  program
    .command('completion')
    .summary('print a completion script for bash, zsh or fish')
    .description('Prints a script that completes commands and options.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples('completion bash > /etc/bash_completion.d/disredis'))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion/completion-script.js')
      terminal.print(completionScript(program, shell))
    })

  program
    .command('connection', { hidden: true })
    .description(connectionHelp)
    .action(() => terminal.print(connectionHelp))
  program.addHelpText(
    'after',
    '\n`disredis help connection` explains how a deployment is found: options, variables, files.' +
      '\nExit codes: 0 fine, 1 findings, 2 wrong usage, 3 nothing could be reached.',
  )
  return program
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  disredis ${line}`).join('\n')}`
}

import type { Readable, Writable } from 'node:stream'
import { ReadStream, WriteStream } from 'node:tty'
import { DisredisError } from '@disredis/client'
import { FleetError } from '@disredis/fleet'
import { type CommandLine, parseCommandLine } from './cli/command-line.js'
import { deploymentSettings } from './cli/deployment-settings.js'
import { type ExitCode, exitCode } from './cli/exit-code.js'
import { help } from './cli/help.js'
import { UsageError } from './cli/usage-error.js'
import { Demo, type DemoOptions } from './demo.js'
import { DeploymentError } from './deployment/deployment.js'
import { ownFleetStage } from './deployment/own-fleet.js'
import { EventLog } from './event-log.js'
import { Interactive } from './interactive.js'
import { toJson } from './report/build-report.js'
import type { Report } from './report/report.js'
import { readScript, type Stage } from './script/plan-script.js'
import { ScriptRun } from './script/run-script.js'
import type { Statement } from './script/statement.js'
import { Showcase } from './showcase.js'
import { DeadlineError, untilAborted } from './time.js'
import { clock } from './view/format.js'
import { Keyboard } from './view/keyboard.js'
import { LiveView } from './view/live-view.js'
import { PlainView } from './view/plain-view.js'
import { summary } from './view/summary.js'
import { hasBrowser, openBrowser } from './web/open-browser.js'
import type { WebServer } from './web/web-server.js'

/** The process around the demo, so that a test can be one. */
export interface Surroundings {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** Ctrl-C and its like: everything is closed, and the run ends with `interrupted`. */
  readonly signal: AbortSignal
}

/** ms; see {@link DemoOptions}. */
const retireAfter = 60_000
/** Of the page; another one is taken when somebody else has it. */
const usualPort = 4600

/** The demo from its arguments to its exit code. Nothing is left open or running. */
export async function run(surroundings: Surroundings): Promise<ExitCode> {
  const { args, env, stdout, stderr, signal } = surroundings
  try {
    const line = parseCommandLine(args)
    if (line.isHelp) {
      stdout.write(help)
      return exitCode.held
    }
    const existing = deploymentSettings(env)
    const plan = line.script === undefined ? undefined : readScript(line.script)
    if (existing === undefined) plan?.(ownFleetStage)
    const log = new EventLog()
    const options = { existing, log, signal }
    if (plan === undefined) return await runByKeys(line, options, surroundings)
    return await runScript(line, plan, options, surroundings)
  } catch (error) {
    if (signal.aborted) return exitCode.interrupted
    stderr.write(`${explain(error)}\n`)
    return error instanceof UsageError ? exitCode.usage : exitCode.failed
  }
}

type Options = Omit<DemoOptions, 'retireAfter'>

async function runScript(
  line: CommandLine,
  plan: (stage: Stage) => readonly Statement[],
  options: Options,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { signal, log } = options
  const output = line.isJson ? surroundings.stderr : surroundings.stdout
  const stopPrinting = printEvents(log, output)
  await using demo = await Demo.start({ ...options, retireAfter: Number.POSITIVE_INFINITY })
  const { shards, deployment, conductor } = demo
  const statements = plan({ shards, faults: deployment.faults })
  const screen = screenOf(line, surroundings)
  if (screen !== undefined) stopPrinting()
  const view =
    screen === undefined
      ? new PlainView(demo, output)
      : new LiveView(demo, screen, () => ({ selected: undefined, message: '' }))
  let report: Report
  try {
    await new ScriptRun(conductor, shards).run(statements, signal)
    report = await demo.finish()
  } finally {
    view.close()
  }
  if (line.isJson) surroundings.stdout.write(`${toJson(report)}\n`)
  return conclude(report, output)
}

async function runByKeys(
  line: CommandLine,
  options: Options,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout } = surroundings
  const stopPrinting = printEvents(options.log, stdout)
  if (line.isTerminal) {
    await using demo = await Demo.start({ ...options, retireAfter })
    return await untilEnded({ demo, line, stopPrinting, surroundings, server: undefined })
  }
  const { host = '127.0.0.1', port = usualPort } = line
  const web = { host, port, mayMove: line.port === undefined }
  await using showcase = await Showcase.start({ ...options, retireAfter, web })
  const { demo, server } = showcase
  stdout.write(`\n  The page   ${server.address}\n\n`)
  return await untilEnded({ demo, line, stopPrinting, surroundings, server })
}

interface Stay {
  readonly demo: Demo
  readonly line: CommandLine
  readonly stopPrinting: () => void
  readonly surroundings: Surroundings
  readonly server: WebServer | undefined
}

/** Shows the demo, obeys keys, and ends it when it is told to. */
async function untilEnded(stay: Stay): Promise<ExitCode> {
  const { demo, line, stopPrinting, surroundings, server } = stay
  const { stdin, stdout, env, signal } = surroundings
  const screen = screenOf(line, surroundings)
  if (screen === undefined || !(stdin instanceof ReadStream)) {
    const view = new PlainView(demo, stdout)
    stdout.write('No terminal for a live view and its keys: figures until Ctrl-C. See --help.\n')
    try {
      return await untilAborted(new Promise<never>(() => {}), signal)
    } finally {
      view.close()
    }
  }
  let view: LiveView | undefined
  const showTerminal = () => {
    stopPrinting()
    view ??= new LiveView(demo, screen, () => interactive)
  }
  const open = (address: string) => openBrowser(address, env, (trouble) => demo.log.add(trouble))
  const interactive = new Interactive(demo, { address: server?.address, open, showTerminal })
  if (server === undefined || !hasBrowser(env)) showTerminal()
  else
    stdout.write(
      '  Keys       o opens it in the browser, t shows the view of the terminal, q ends\n\n',
    )
  const keyboard = new Keyboard(stdin, (key) => {
    interactive.press(key)
    if (view !== undefined) view.draw()
    else if (interactive.message !== '') stdout.write(`${interactive.message}\n`)
  })
  try {
    const end = await untilAborted(interactive.ended, signal)
    if (end === 'interrupt') return exitCode.interrupted
  } finally {
    view?.close()
    keyboard.close()
  }
  stdout.write(
    'Ending: no more calls, and every acknowledged write is looked for on the masters as they are. ' +
      'It takes some seconds; Ctrl-C leaves at once.\n',
  )
  return conclude(await demo.conclude(), stdout)
}

function conclude(report: Report, output: Writable): ExitCode {
  output.write(`${summary(report).join('\n')}\n`)
  return report.ok ? exitCode.held : exitCode.broken
}

/** The terminal to draw on, if there is one and it is wanted. */
function screenOf({ isPlain, isJson }: CommandLine, { stdout }: Surroundings) {
  return !isPlain && !isJson && stdout instanceof WriteStream ? stdout : undefined
}

/** @returns ends it */
function printEvents(log: EventLog, output: Writable): () => void {
  log.onEvent(({ at, text }) => output.write(`${clock(at)}  ${text}\n`))
  return () => log.onEvent(() => {})
}

/** What the user can mend is said in words; a stack is for what nobody expected. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const expected = [UsageError, DeploymentError, DeadlineError, DisredisError, FleetError]
  return expected.some((known) => error instanceof known)
    ? error.message
    : (error.stack ?? error.message)
}

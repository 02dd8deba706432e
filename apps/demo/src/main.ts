import { exitCode } from './cli/exit-code.js'
import { run } from './run.js'

const interrupted = new AbortController()

/** The first signal closes everything in order, the second one ends the process as it is. */
function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(exitCode.interrupted)
  interrupted.abort()
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

const code = await run({
  args: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupted.signal,
})
// Once all is closed, another signal may end what is left of the process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, interrupt)
process.exitCode = code

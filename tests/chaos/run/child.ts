import { ThrownByListener } from '../actions/client.js'
import { enterNamespace } from '../namespace/enter-namespace.js'
import { findScenario } from '../scenarios/index.js'
import type { SubjectName } from '../subjects/subject.js'
import type { RunResult } from './run-result.js'
import { runScenario } from './run-scenario.js'

/**
 * One run in a process of its own: `child.js SCENARIO SUBJECT SEED`. It tells its parent the result
 * and must then end by itself, because nothing is left open.
 */
const [id = '', subject = '', seed = ''] = process.argv.slice(2)
const uncaught: string[] = []
process.on('unhandledRejection', (reason) => noteUncaught('unhandled rejection', reason))
process.on('uncaughtException', (error) => noteUncaught('uncaught exception', error))
process.on('warning', (warning) => {
  if (warning.name === 'MaxListenersExceededWarning') noteUncaught('leak', warning)
})

let isTold = false
// Without the parent nobody is interested any more; the fleet's watchdog ends the servers.
process.on('disconnect', () => {
  if (!isTold) process.exit(1)
})

const scenario = findScenario(id)
if (scenario.needsNamespace === true) enterNamespace()
const result = await runScenario(scenario, subject as SubjectName, Number(seed))
send({ ...result, violations: [...result.violations, ...uncaught] })

function noteUncaught(what: string, error: unknown): void {
  if (error instanceof ThrownByListener) return
  const stack = error instanceof Error ? error.stack : String(error)
  uncaught.push(`${what}: ${stack}`)
}

function send(message: RunResult): void {
  isTold = true
  if (process.send === undefined) console.log(JSON.stringify(message, undefined, 2))
  else process.send(message, () => process.disconnect())
  tellWhatIsOpen()
}

/** Does not keep the process alive: it is heard only if something else does. */
function tellWhatIsOpen(): void {
  setTimeout(() => {
    console.error(`${id} does not end: ${process.getActiveResourcesInfo().join(', ')}`)
  }, 5_000).unref()
}

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../root.mjs'
import { InterruptedError } from '../run-command.mjs'
import { runTurbo } from '../turbo.mjs'
import { failuresOf } from '../turbo-failures.mjs'
import { BootstrapError } from './bootstrap-error.mjs'
import { installDependencies } from './install.mjs'
import { step } from './step.mjs'

/**
 * Makes a fresh clone runnable: dependencies, build, a Redis server. Each is left alone when it is
 * there already. Sets DISREDIS_REDIS_SERVER for this process and its children. Ends the process
 * with a message when it cannot.
 *
 * @param {object} [options]
 * @param {boolean} [options.isToRun] false: the dependencies are enough
 */
export async function bootstrap({ isToRun = true } = {}) {
  try {
    await installDependencies()
    if (!isToRun) return
    await step('Building', build)
    process.env.DISREDIS_REDIS_SERVER = await ensureRedisServer()
  } catch (error) {
    console.error(isForUser(error) ? error.message : error)
    process.exit(error instanceof InterruptedError ? 130 : 1)
  }
}

async function build() {
  const result = await runTurbo(['build'])
  if (result.code === 0) return
  const lines = failuresOf(result).flatMap((failure) => [`=== ${failure.title}`, ...failure.lines])
  throw new BootstrapError('The build failed.', lines)
}

/** @returns {Promise<string>} its path */
async function ensureRedisServer() {
  // Built a moment ago; a static import would be resolved before that.
  const fleet = pathToFileURL(join(root, 'packages/fleet/dist/index.mjs')).href
  /** @type {typeof import('@disredis/fleet')} */
  const { ensureRedisServer } = await import(fleet)
  const { flavour, version, path } = await ensureRedisServer({ onProgress: say })
  say(`${flavour} ${version}: ${path}`)
  return path
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * What the user can mend is said in words; a stack is for what nobody expected.
 * @param {unknown} error
 * @returns {error is Error}
 */
function isForUser(error) {
  if (error instanceof BootstrapError || error instanceof InterruptedError) return true
  return error instanceof Error && /^DISREDIS_/.test(String(Reflect.get(error, 'code')))
}

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './root.mjs'

/**
 * Runs the demo in this process: the terminal, Ctrl-C, other signals and the exit code are its own,
 * and no parent can die and leave it behind.
 *
 * @param {readonly string[]} args
 */
export async function runDemo(args) {
  const main = join(root, 'apps/demo/dist/main.js')
  process.argv.splice(1, Number.POSITIVE_INFINITY, main, ...args)
  await import(pathToFileURL(main).href)
}

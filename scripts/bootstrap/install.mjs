import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { root } from '../root.mjs'
import { runCommand } from '../run-command.mjs'
import { readManifest, readWorkspaces } from '../workspaces.mjs'
import { BootstrapError } from './bootstrap-error.mjs'
import { step } from './step.mjs'

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 *
 * @typedef {Record<string, LockEntry>} LockEntries by folder
 */

const DEPENDENCY_KINDS = /** @type {const} */ ([
  'dependencies',
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
])

/** Runs `npm ci` unless node_modules is what package-lock.json and the package.jsons ask for. */
export async function installDependencies() {
  if (isInstalled(root)) return
  await step('Installing dependencies (npm ci)', async () => {
    const [program, ...args] = npm()
    const { code, lines } = await runCommand(program, [
      ...args,
      'ci',
      // Whatever NODE_ENV and the user's settings say: the build needs the development tools, and
      // their binaries are optional dependencies. No dependency needs its install script.
      ...['--include=dev', '--include=optional', '--ignore-scripts'],
      ...['--no-audit', '--no-fund', '--loglevel=error'],
    ])
    if (code !== 0) throw new BootstrapError('npm ci failed.', lines)
  })
}

/**
 * Whether node_modules holds what is wanted, by the record that npm leaves in it.
 * @param {string} repository
 * @returns {boolean}
 */
export function isInstalled(repository) {
  const installed = readLock(join(repository, 'node_modules/.package-lock.json'))
  const wanted = readLock(join(repository, 'package-lock.json'))
  if (installed === undefined || wanted === undefined) return false
  return isLockOf(repository, wanted) && isSame(wanted, installed)
}

/**
 * @param {string} file
 * @returns {LockEntries | undefined}
 */
function readLock(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

/**
 * @param {string} repository
 * @param {LockEntries} lock
 */
function isLockOf(repository, lock) {
  const manifests = readWorkspaces(repository).map(
    ({ folder, manifest }) => /** @type {const} */ ([folder, manifest]),
  )
  return [/** @type {const} */ (['', readManifest(repository)]), ...manifests].every(
    ([folder, manifest]) => {
      const entry = /** @type {typeof manifest | undefined} */ (
        /** @type {unknown} */ (lock[folder])
      )
      return DEPENDENCY_KINDS.every((kind) =>
        isDeepStrictEqual(entry?.[kind] ?? {}, manifest[kind] ?? {}),
      )
    },
  )
}

/**
 * @param {LockEntries} wanted
 * @param {LockEntries} installed
 */
function isSame(wanted, installed) {
  return (
    Object.keys(installed).every((folder) => folder in wanted) &&
    Object.entries(wanted).every(([folder, entry]) => {
      const present = installed[folder]
      // The repository itself is not listed; optional packages are those of other platforms.
      if (present === undefined) return folder === '' || entry.optional === true
      return present.version === entry.version && present.integrity === entry.integrity
    })
  )
}

/** @returns {[string, ...string[]]} the npm that runs this, or else the one on PATH */
function npm() {
  const npmCli = process.env.npm_execpath
  return npmCli?.endsWith('npm-cli.js') ? [process.execPath, npmCli] : ['npm']
}

import { readdirSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import { readManifest, readWorkspaces } from '../workspaces.mjs'
import { readImports } from './read-imports.mjs'

/**
 * @typedef {import('../workspaces.mjs').Workspace} Workspace
 * @typedef {import('./read-imports.mjs').Import} Import
 *
 * @typedef {object} Module a file of a workspace
 * @property {string} path relative to the repository, with slashes
 * @property {Workspace} workspace
 * @property {boolean} isSource what is published or, in a private workspace, run; else a test or tool
 * @property {(Import & { target: string | undefined })[]} imports target: the path of a relative one
 */

const SOURCE_FILE = /\.[cm]?[jt]sx?$/
const NOT_OURS = /^(node_modules|dist|\..*)$/

/**
 * Every module of the repository. Files that belong to no workspace belong to the root.
 * @param {string} repository
 * @returns {Module[]}
 */
export function readModules(repository) {
  const workspaces = readWorkspaces(repository)
  const root = { folder: '.', manifest: readManifest(repository) }
  return listFiles(repository, repository).map((path) => {
    const workspace = workspaces.find(({ folder }) => path.startsWith(`${folder}/`)) ?? root
    return {
      path,
      workspace,
      isSource: path.startsWith(`${workspace.folder}/src/`) && !/\.test(-d)?\.[^/]+$/.test(path),
      imports: readImports(join(repository, path)).map((one) => ({
        ...one,
        target: one.specifier.startsWith('.') ? resolveRelative(path, one.specifier) : undefined,
      })),
    }
  })
}

/**
 * @param {string} repository
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(repository, folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return listFiles(repository, path)
      return SOURCE_FILE.test(entry.name) ? [relative(repository, path).split(sep).join('/')] : []
    })
}

/**
 * @param {string} from
 * @param {string} specifier
 * @returns {string} with the extension of the source: TypeScript imports `./x.js` from `x.ts`
 */
function resolveRelative(from, specifier) {
  const path = posix.join(posix.dirname(from), specifier)
  return /\.[cm]?tsx?$/.test(from) ? path.replace(/\.([cm]?)js$/, '.$1ts') : path
}

import { readdirSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import { readExamples, readManifest, readWorkspaces } from '../workspaces.mjs'
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
  const workspaces = [...readWorkspaces(repository), ...readExamples(repository)]
  const root = { folder: '.', manifest: readManifest(repository) }
  const paths = listFiles(repository, repository)
  const known = new Set(paths)
  return paths.map((path) => {
    const workspace = workspaces.find(({ folder }) => path.startsWith(`${folder}/`)) ?? root
    return {
      path,
      workspace,
      isSource: path.startsWith(`${workspace.folder}/src/`) && !/\.test(-d)?\.[^/]+$/.test(path),
      imports: readImports(join(repository, path)).map((one) => ({
        ...one,
        target: one.specifier.startsWith('.')
          ? resolveRelative(path, one.specifier, known)
          : undefined,
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
 * @param {ReadonlySet<string>} known
 * @returns {string} with the extension of the source: TypeScript imports `./x.js` from `x.ts`
 */
function resolveRelative(from, specifier, known) {
  const path = posix.join(posix.dirname(from), specifier)
  if (known.has(path)) return path
  const source = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  return known.has(source) || /\.[cm]?tsx?$/.test(from) ? source : path
}

import { findCircles } from './circles.mjs'

/**
 * @typedef {import('./modules.mjs').Module} Module
 * @typedef {import('./without-known.mjs').Fault} Fault
 */

/**
 * @param {readonly import('../workspaces.mjs').Workspace[]} workspaces
 * @returns {string[]}
 */
export function packageCircles(workspaces) {
  const graph = new Map(
    workspaces.map(({ manifest }) => [
      manifest.name,
      Object.keys({
        ...manifest.dependencies,
        ...manifest.devDependencies,
        ...manifest.peerDependencies,
        ...manifest.optionalDependencies,
      }),
    ]),
  )
  return findCircles(graph).map(({ path }) => `packages in a circle: ${path.join(' -> ')}`)
}

/**
 * Files that import each other, by whatever kind of import: who reads one of them must read them all.
 * @param {readonly Module[]} modules
 * @returns {Fault[]}
 */
export function fileCircles(modules) {
  const folders = new Map(modules.map(({ path, workspace: { folder } }) => [path, folder]))
  const graph = new Map(
    modules.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]),
  )
  return findCircles(graph).map(({ members, path }) => ({
    folder: folders.get(path[0] ?? '') ?? '.',
    weight: members.length,
    text: `${members.length} files in a circle: ${path.join(' -> ')}`,
  }))
}

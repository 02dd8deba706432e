import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/**
 * @typedef {Record<string, string>} Dependencies
 *
 * @typedef {object} Manifest a package.json
 * @property {string} name
 * @property {boolean} [private]
 * @property {string[]} [workspaces]
 * @property {Readonly<Record<string, unknown>>} [exports]
 * @property {Record<string, string>} [scripts]
 * @property {Dependencies} [dependencies]
 * @property {Dependencies} [devDependencies]
 * @property {Dependencies} [peerDependencies]
 * @property {Dependencies} [optionalDependencies]
 *
 * @typedef {object} Workspace
 * @property {string} folder relative to the repository: `packages/client`
 * @property {Manifest} manifest
 */

/**
 * @param {string} [repository]
 * @param {string} [folder] relative to the repository
 * @returns {Manifest}
 */
export function readManifest(repository = root, folder = '.') {
  return JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8'))
}

/**
 * The workspaces that the repository's package.json names and that exist.
 * @param {string} [repository]
 * @returns {Workspace[]}
 */
export function readWorkspaces(repository = root) {
  return (readManifest(repository).workspaces ?? [])
    .flatMap((pattern) => expand(repository, pattern))
    .filter((folder) => existsSync(join(repository, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(repository, folder) }))
}

/**
 * The examples: projects of their own, with what they declare installed nowhere in this repository.
 * @param {string} [repository]
 * @returns {Workspace[]}
 */
export function readExamples(repository = root) {
  return expand(repository, 'examples/*')
    .filter((folder) => existsSync(join(repository, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(repository, folder) }))
}

/**
 * @param {string} repository
 * @param {string} pattern a folder, or all folders in one: `packages/*`
 * @returns {string[]}
 */
function expand(repository, pattern) {
  if (!pattern.endsWith('/*')) return [pattern]
  const parent = pattern.slice(0, -2)
  if (!existsSync(join(repository, parent))) return []
  return readdirSync(join(repository, parent)).map((name) => `${parent}/${name}`)
}

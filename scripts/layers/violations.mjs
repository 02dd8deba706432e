import { isBuiltin } from 'node:module'
import { readManifest, readWorkspaces } from '../workspaces.mjs'
import { fileCircles, packageCircles } from './circle-violations.mjs'
import { knownFaults } from './known-faults.mjs'
import { importedByTests, layers } from './layers.mjs'
import { readModules } from './modules.mjs'
import { roomBreaks } from './room-violations.mjs'
import { rooms } from './rooms.mjs'
import { withoutKnown } from './without-known.mjs'

/**
 * @typedef {import('./modules.mjs').Module} Module
 * @typedef {Module['imports'][number]} Import
 */

/** A path of a web server, a name of the package's own, a URL. */
const NO_PACKAGE = /^[/#]|^\w+:/

/**
 * Every break of the rules: layers, rooms, circles, undeclared dependencies.
 *
 * @param {string} repository
 * @param {object} [tables]
 * @param {typeof rooms} [tables.rooms]
 * @param {typeof knownFaults} [tables.knownFaults]
 * @returns {string[]} one sentence each, beginning with the place
 */
export function findViolations(repository, tables = { rooms, knownFaults }) {
  const modules = readModules(repository)
  const byPath = new Map(modules.map((module) => [module.path, module]))
  const workspaces = readWorkspaces(repository)
  const names = new Set(workspaces.map(({ manifest }) => manifest.name))
  const tools = Object.keys(readManifest(repository).devDependencies ?? {})
  const found = modules.flatMap((module) =>
    module.imports.flatMap((one) => {
      const reason =
        one.target === undefined
          ? (violatesLayer(module, one, names) ?? violatesDeclaration(module, one, tools))
          : violatesBoundary(module, one.target, byPath)
      return reason === undefined ? [] : [`${module.path}:${one.line} ${reason}`]
    }),
  )
  const unplaced = workspaces
    .filter(({ manifest }) => manifest.private !== true && layers[manifest.name] === undefined)
    .map(({ folder }) => `${folder} is published and has no place in scripts/layers/layers.mjs`)
  const known = tables.knownFaults ?? {}
  return [
    ...found,
    ...unplaced,
    ...packageCircles(workspaces),
    ...withoutKnown('filesInCircles', fileCircles(modules), known),
    ...withoutKnown('roomBreaks', roomBreaks(modules, tables.rooms ?? {}), known),
  ]
}

/**
 * @param {Module} module
 * @param {Import} one
 * @param {ReadonlySet<string>} names of the workspaces
 */
function violatesLayer({ workspace: { manifest }, isSource }, { specifier, isType }, names) {
  const name = packageOf(specifier)
  if (!names.has(name) || manifest.private === true) return undefined
  if (name === manifest.name) return isSource ? `imports its own package, ${name}` : undefined
  const layer = layers[manifest.name]
  const allowed = isSource
    ? new Set([...(layer?.imports ?? []), ...(isType ? (layer?.types ?? []) : [])])
    : importedByTests(manifest.name)
  if (allowed.has(name)) return undefined
  const how = isType ? 'a type of' : isSource ? '' : 'in a test,'
  return `imports ${how} ${name}, against the layers: ${manifest.name} may import ${
    [...allowed].join(', ') || 'no other package'
  }`.replace(/ {2,}/, ' ')
}

/**
 * @param {Module} module
 * @param {Import} one
 * @param {readonly string[]} tools what the root declares for all tests
 */
function violatesDeclaration({ path, workspace: { folder, manifest }, isSource }, one, tools) {
  if (isBuiltin(one.specifier) || NO_PACKAGE.test(one.specifier)) return undefined
  const name = packageOf(one.specifier)
  if (folder === '.' && one.isType && path.startsWith('scripts/')) return undefined
  if (folder === '.' && /^scripts\/(?!layers\/|check-layers|build\/|build-package)/.test(path)) {
    return `imports ${name}: the scripts run before anything is installed`
  }
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest
  const shipped = [dependencies, peerDependencies, optionalDependencies]
  const declared = [...shipped, ...(isSource ? [] : [devDependencies])].flatMap((one) =>
    Object.keys(one ?? {}),
  )
  if (!isSource) declared.push(...tools, manifest.name)
  if (declared.includes(name)) return undefined
  if (one.isType && declared.includes(`@types/${name.replace('@', '').replace('/', '__')}`)) {
    return undefined
  }
  return `imports ${name}, which ${folder}/package.json does not declare${
    isSource && devDependencies?.[name] !== undefined ? ' as more than a devDependency' : ''
  }`
}

/**
 * @param {Module} module
 * @param {string} target
 * @param {ReadonlyMap<string, Module>} byPath
 */
function violatesBoundary({ workspace, isSource }, target, byPath) {
  const other = byPath.get(target)
  const leaves = workspace.folder !== '.' && !target.startsWith(`${workspace.folder}/`)
  const enters = other !== undefined && other.workspace.folder !== '.'
  if (leaves && (isSource || enters)) return `reaches out of its package, to ${target}`
  if (isSource && other?.isSource === false) return `imports ${target}, which is not published`
  return undefined
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

import { findCircles } from './circles.mjs'

/**
 * @typedef {import('./modules.mjs').Module} Module
 * @typedef {import('./rooms.mjs').Rooms} Rooms
 * @typedef {import('./without-known.mjs').Fault} Fault
 */

/**
 * @param {readonly Module[]} modules
 * @param {Readonly<Record<string, Rooms>>} table by the folder of the package
 * @returns {Fault[]}
 */
export function roomBreaks(modules, table) {
  return Object.entries(table).flatMap(([folder, rooms]) => {
    const sources = modules.filter(({ workspace, isSource }) => {
      return workspace.folder === folder && isSource
    })
    // A package that is not there has no rooms to keep; its name is checked elsewhere.
    if (sources.length === 0) return []
    return [...breaksInTable(folder, rooms, sources), ...breaksInFiles(folder, rooms, sources)].map(
      (text) => ({ folder, weight: 1, text }),
    )
  })
}

/**
 * @param {string} folder
 * @param {Rooms} rooms
 * @param {readonly Module[]} sources
 */
function breaksInTable(folder, { rooms, open = [] }, sources) {
  const place = `scripts/layers/rooms.mjs: ${folder}`
  const names = Object.keys(rooms)
  const present = new Set(sources.map(({ path }) => roomOf(folder, path)))
  const paths = new Set(sources.map(({ path }) => path))
  const unknown = new Set(Object.values(rooms).flat())
  for (const name of names) unknown.delete(name)
  return [
    ...names.filter((name) => !present.has(name)).map((name) => `${place} has no room ${name}`),
    ...[...unknown].map((name) => `${place} lets import ${name}, which is no room`),
    ...open
      .filter((file) => !paths.has(`${folder}/src/${file}`))
      .map((file) => `${place} has no file ${file}`),
    ...findCircles(new Map(Object.entries(rooms))).map(
      ({ path }) => `${place} has rooms in a circle: ${path.join(' -> ')}`,
    ),
  ]
}

/**
 * @param {string} folder
 * @param {Rooms} rooms
 * @param {readonly Module[]} sources
 */
function breaksInFiles(folder, { rooms, open = [] }, sources) {
  const isOpen = (/** @type {string} */ path) => open.includes(path.slice(`${folder}/src/`.length))
  const names = Object.keys(rooms)
  return sources.flatMap(({ path, imports }) => {
    const room = roomOf(folder, path)
    if (room !== '' && rooms[room] === undefined) return [`${path} is in no room of ${folder}`]
    if (room === '' && !isOpen(path)) return []
    const allowed = room === '' ? [] : [room, ...(rooms[room] ?? [])]
    return imports.flatMap(({ target, line }) => {
      if (target === undefined || !target.startsWith(`${folder}/src/`) || isOpen(target)) return []
      const other = roomOf(folder, target)
      if (allowed.includes(other)) return []
      // An unknown room is told of once, for its own files.
      if (other !== '' && !names.includes(other)) return []
      const who = room === '' ? 'an open file' : room
      return [
        `${path}:${line} imports ${target.slice(`${folder}/src/`.length)}, against the rooms: ${who} may import ${
          allowed.slice(1).join(', ') || 'no other room'
        }`,
      ]
    })
  })
}

/**
 * @param {string} folder
 * @param {string} path
 * @returns {string} empty for the root
 */
function roomOf(folder, path) {
  const [first = '', ...rest] = path.slice(`${folder}/src/`.length).split('/')
  return rest.length === 0 ? '' : first
}

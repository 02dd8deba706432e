/**
 * Who may import whom: the layers of docs/architecture.md, top to bottom. Private workspaces (the
 * demo, the benchmarks, the tests) may import every package and are imported by none.
 *
 * @typedef {object} Layer
 * @property {readonly string[]} imports
 * @property {readonly string[]} [types] imported by `import type` only
 */

/** @type {Readonly<Record<string, Layer>>} */
export const layers = {
  '@disredis/cli': {
    imports: [
      '@disredis/client',
      '@disredis/sentinel',
      '@disredis/hash-ring',
      '@disredis/connection',
      // `disredis up` starts a local fleet.
      '@disredis/fleet',
    ],
  },
  // An adapter takes a client or makes one through the session store: its type is all it needs.
  '@disredis/express-session': {
    imports: ['@disredis/session-store'],
    types: ['@disredis/client'],
  },
  '@disredis/fastify-session': {
    imports: ['@disredis/session-store'],
    types: ['@disredis/client'],
  },
  '@disredis/session-store': { imports: ['@disredis/client'] },
  '@disredis/telemetry': { imports: ['@disredis/client'] },
  '@disredis/client': {
    imports: ['@disredis/sentinel', '@disredis/hash-ring', '@disredis/connection'],
  },
  '@disredis/sentinel': { imports: ['@disredis/connection'] },
  '@disredis/fleet': { imports: ['@disredis/connection'] },
  '@disredis/hash-ring': { imports: [] },
  '@disredis/connection': { imports: [] },
}

/** Tests start real servers with it; nobody else imports it. */
export const fleet = '@disredis/fleet'

/** The suite that every session adapter's tests run. Private; it stands above the session store. */
const sessionContract = '@disredis/session-contract'

/**
 * A package's tests may use all that the package rests on, directly or not, and fleets, unless a fleet
 * rests on the package itself: then its tests on real servers are in `tests/`.
 *
 * @param {string} name
 * @returns {ReadonlySet<string>}
 */
export function importedByTests(name) {
  const names = below(name)
  if (!below(fleet).has(name)) names.add(fleet)
  if (layers[name]?.imports.includes('@disredis/session-store')) names.add(sessionContract)
  return names
}

/** @param {string} name */
function below(name) {
  /** @type {Set<string>} */
  const names = new Set()
  const add = (/** @type {string} */ imported) => {
    names.add(imported)
    for (const next of layers[imported]?.imports ?? []) add(next)
  }
  for (const imported of layers[name]?.imports ?? []) add(imported)
  return names
}

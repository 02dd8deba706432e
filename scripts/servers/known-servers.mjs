/**
 * @typedef {object} KnownServer
 * @property {string} name as `npm run test:servers` takes it
 * @property {'redis-server' | 'valkey-server'} package of Debian, and its program
 * @property {string} release of Debian that has this version
 */

/** The servers that all is tested on, oldest first. @type {readonly KnownServer[]} */
export const knownServers = [
  { name: 'redis-7.0', package: 'redis-server', release: 'bookworm' },
  { name: 'redis-8.0', package: 'redis-server', release: 'trixie' },
  { name: 'valkey-8.1', package: 'valkey-server', release: 'trixie' },
  { name: 'valkey-9.1', package: 'valkey-server', release: 'forky' },
]

/**
 * @param {string} name
 * @returns {KnownServer}
 */
export function knownServer(name) {
  const server = knownServers.find((one) => one.name === name)
  if (server !== undefined) return server
  const names = knownServers.map((one) => one.name).join(', ')
  throw new Error(`There is no server ${name}; take one of ${names}`)
}

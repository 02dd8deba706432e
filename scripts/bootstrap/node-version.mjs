const LOWEST = { major: 20, minor: 19 }

/**
 * Ends the process with one message if this Node.js cannot run the project. Written so that every
 * Node.js that knows modules can parse it.
 */
export function exitOnOldNode() {
  if (isSupported(process.versions.node)) return
  console.error(
    'disredis needs Node.js ' +
      LOWEST.major +
      '.' +
      LOWEST.minor +
      ' or later; this is ' +
      process.version +
      ' (' +
      process.execPath +
      '). Install a newer one from https://nodejs.org and run the command again.',
  )
  process.exit(1)
}

/**
 * @param {string} version as in `process.versions.node`
 * @returns {boolean}
 */
export function isSupported(version) {
  const parts = version.split('.')
  const major = Number(parts[0])
  return major > LOWEST.major || (major === LOWEST.major && Number(parts[1]) >= LOWEST.minor)
}

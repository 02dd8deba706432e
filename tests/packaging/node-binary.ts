import { npmBinary } from './npm-binary.js'

/** npm has Node.js itself for these platforms only; elsewhere the running one must do. */
const isOnNpm = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

/** The oldest that is supported, and the later lines. */
export const nodeVersions: readonly string[] = isOnNpm
  ? ['20.19.0', '22.23.3', '24.19.0']
  : [process.versions.node]

/** Those, and the line that is not supported for long yet. */
export const everyNodeVersion: readonly string[] = isOnNpm
  ? [...nodeVersions, '26.12.1']
  : nodeVersions

/** The path of a Node.js of that version. */
export async function nodeBinary(version: string): Promise<string> {
  if (version === process.versions.node) return process.execPath
  const name = `node-${process.platform}-${process.arch}`
  return npmBinary({ package: name, version, path: 'bin/node' })
}

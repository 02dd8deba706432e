import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const module = fileURLToPath(
  new URL('../../client/scripts/server-commands/binary-of.mjs', import.meta.url),
)

/** Path of a Redis 8.0 of Debian; the client's tests unpack it too, into the same cache. */
export async function redis8(): Promise<string> {
  const script = `import { binaryOf } from ${JSON.stringify(module)}
console.log(await binaryOf('debian:trixie'))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--input-type=module', '--eval', script],
  ])
  return stdout.trim().split('\n').at(-1)!
}

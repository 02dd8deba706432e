import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { nodeBinary, nodeVersions } from './node-binary.js'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../simulation', import.meta.url))

test('a seed of the simulation tells the same story, to the byte, on every version of Node', async () => {
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  await run(process.execPath, [compiler, '-p', folder])
  const stories = await Promise.all(
    nodeVersions.map(async (version) => {
      const node = await nodeBinary(version)
      const args = [join(folder, 'dist/main.js'), '--seed', '7', '--story']
      return (await run(node, args, { maxBuffer: 2 ** 26 })).stdout
    }),
  )
  expect(stories[0]).toContain('SENTINEL FAILOVER')
  expect(new Set(stories).size).toBe(1)
})

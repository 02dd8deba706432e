// What of the packages the tests execute, all packages or those that are named, with a page in each one's
// `coverage/index.html`:
//   npm run coverage -- client hash-ring
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'
import { readWorkspaces } from './workspaces.mjs'

const find = createRequire(import.meta.url).resolve
const vitest = join(dirname(find('vitest/package.json')), 'vitest.mjs')

const names = process.argv.slice(2)
const folders = readWorkspaces()
  .filter(({ folder, manifest }) => folder.startsWith('packages/') && manifest.private !== true)
  .map(({ folder }) => folder)
  .filter((folder) => names.length === 0 || names.includes(folder.slice('packages/'.length)))
if (folders.length === 0) {
  console.error(`There is no package ${names.join(', ')}`)
  process.exitCode = 1
}
for (const folder of folders) {
  console.log(`\n${folder}`)
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--coverage'], {
    cwd: join(root, folder),
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}

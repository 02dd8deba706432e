import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { installAlone } from './install-alone.js'
import { packAll, packages } from './packages.js'

const cli = packages.find(({ name }) => name === '@disredis/cli')

test('the packed command runs by npx in a folder that has nothing else', async () => {
  if (cli === undefined) throw new Error('The command is not among the packages')
  await using tarballs = await packAll()
  await using consumer = await installAlone(cli, tarballs)
  const npx = (...args: readonly string[]) =>
    promisify(execFile)('npx', ['--no-install', 'disredis', ...args], { cwd: consumer.folder })
  expect((await npx('--version')).stdout).toBe(`${cli.manifest.version}\n`)
  // Every command is loaded, with all that it needs; none finds a deployment.
  for (const command of [
    ['topology'],
    ['doctor'],
    ['where', 'k'],
    ['keys', '*'],
    ['exec', 'GET', 'k'],
    ['drill', 'shard-1', '--yes'],
    ['bench'],
    ['metrics'],
  ]) {
    await expect(npx(...command), command[0]).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Where are the Sentinels?'),
    })
  }
  await expect(npx('doctor', '-s', '127.0.0.1:1')).rejects.toMatchObject({ code: 3 })
  expect((await npx('init', '--help')).stdout).toContain('description')
})

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { startFleet } from '@disredis/fleet'
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
  // The packed packages trace what they do, without the password.
  await using fleet = await startFleet({ masters: 1, replicas: 0, sentinels: 1, password: 'hush' })
  const { stdout, stderr } = await promisify(execFile)(
    'npx',
    ['--no-install', 'disredis', 'exec', '-s', fleet.sentinels.join(','), 'GET', 'a-key'],
    {
      cwd: consumer.folder,
      env: { ...process.env, NODE_DEBUG: 'disredis', DISREDIS_PASSWORD: 'hush' },
    },
  )
  expect(stdout).toBe('(nil)\n')
  const { host, port } = fleet.master().address
  for (const line of [
    `sentinel ${fleet.sentinels[0]} connected`,
    `dial ${host}:${port} ready after`,
    `swap of shard-1 ${host}:${port}, connection`,
  ]) {
    expect(stderr).toMatch(new RegExp(`^DISREDIS \\d+: \\d+\\.\\d{3} ${line}`, 'm'))
  }
  expect(stderr).not.toContain('hush')
  expect(stderr).not.toContain('a-key')
  expect((await npx('init', '--help')).stdout).toContain('description')
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { launchCommand, Watchdog } from './watchdog.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disredis-watchdog-'))
  mkdirSync(join(folder, 'pids'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Launches a program that says its pid and its arguments, then waits. */
function launch() {
  const said = join(folder, 'said')
  const program = ['/bin/sh', '-c', 'echo "$$ $*" > "$0"; exec sleep 60', said, 'a  b']
  const [file, args] = launchCommand(folder, program)
  return { said, child: spawn(file, args, { stdio: 'ignore' }) }
}

test('a launched program has its pid on the list, which is also that of what was spawned', async () => {
  const { child } = launch()
  await expect.poll(() => existsSync(join(folder, 'said')), { timeout: 30_000 }).toBe(true)
  expect(readdirSync(join(folder, 'pids'))).toEqual([`${child.pid}`])
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('finish ends what runs, even stopped, removes the folder, and can be called again', async () => {
  const watchdog = new Watchdog(folder)
  const { child, said } = launch()
  await expect.poll(() => existsSync(said), { timeout: 30_000 }).toBe(true)
  child.kill('SIGSTOP')
  const exited = once(child, 'exit')
  await watchdog.finish()
  expect(await exited).toEqual([null, 'SIGKILL'])
  expect(existsSync(folder)).toBe(false)
  await watchdog.finish()
})

test.each([
  ['the fleet was closed', () => writeFileSync(join(folder, 'closed'), '')],
  ['its folder is gone', () => rmSync(folder, { recursive: true })],
])('what is still being launched when %s never starts', async (_, close) => {
  close()
  const { child, said } = launch()
  const [code] = await once(child, 'exit')
  expect(code).toBeGreaterThan(0)
  expect(existsSync(said)).toBe(false)
})

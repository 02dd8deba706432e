import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FleetNode } from '@disredis/fleet'
import { until } from './examine.js'
import { access } from './healthy-fleet.js'

export async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * A replica that a fleet did not start: another program, without a configuration file. Its users are
 * those of the master; resolves when the master counts it as online.
 */
export async function startLooseReplica(
  master: FleetNode,
  { program, host = '127.0.0.2' }: { readonly program: string; readonly host?: string },
): Promise<AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'disredis-cli-replica-'))
  const port = await freePort(host)
  const users = (await master.command('ACL', 'LIST')) as string[]
  const child = spawn(
    program,
    [
      ...['--port', `${port}`, '--bind', host, '--dir', folder, '--appendonly', 'yes'],
      ...['--protected-mode', 'no', '--repl-backlog-size', '200mb'],
      ...['--replica-announce-ip', host],
      ...['--replicaof', master.address.host, `${master.address.port}`],
      ...['--masteruser', access.DISREDIS_USERNAME, '--masterauth', access.DISREDIS_PASSWORD],
      ...users.flatMap((line) => `--${line}`.split(' ')),
    ],
    { stdio: 'ignore' },
  )
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const end = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true })
  }
  try {
    await until(
      async () => String(await master.command('INFO', 'replication')),
      (info) => new RegExp(`ip=${host},port=${port},state=online`).test(info),
    )
  } catch (error) {
    await end()
    throw error
  }
  return { [Symbol.asyncDispose]: end }
}

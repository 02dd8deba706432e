import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from '@disredis/connection'
import { expect, test } from 'vitest'
import { FleetNode } from '../src/fleet-node.js'
import { ensureRedisServer } from '../src/index.js'
import { deadlineIn } from '../src/wait-for.js'

test('a node whose port was taken in the last moment starts on another one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'disredis-taken-'))
  mkdirSync(join(folder, 'pids'))
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const taken = (other.address() as { port: number }).port
  const { path } = await ensureRedisServer()
  const tries: Address[] = []
  try {
    const node = await FleetNode.start(
      {
        name: 'a/1',
        role: 'master',
        host: '127.0.0.1',
        fleetFolder: folder,
        program: [path, 'server.conf'],
        env: {},
        access: { username: 'fleet', password: 'pw', tls: undefined },
        setup: [],
        timeout: 60_000,
        config: (address) => {
          tries.push(address)
          const port = tries.length < 3 ? taken : address.port
          return [`port ${port}`, 'bind 127.0.0.1', 'user fleet on >pw ~* &* +@all']
        },
      },
      deadlineIn(60_000),
    )
    expect(tries).toHaveLength(3)
    expect(node.address).toEqual(tries[2])
    expect(await node.command('PING')).toBe('PONG')
    expect(node.logs()).not.toMatch(/address already in use/i)
    await node.dispose()
  } finally {
    await new Promise((resolve) => other.close(resolve))
    rmSync(folder, { recursive: true })
  }
})

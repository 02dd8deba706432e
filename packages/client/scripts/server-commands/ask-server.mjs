import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/**
 * Starts a server for as long as it takes to ask it.
 *
 * @template T
 * @param {string} binary
 * @param {(redis: Redis) => Promise<T>} ask with a connection that knows RESP2
 * @returns {Promise<T>}
 */
export async function askServer(binary, ask) {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const path = join(folder, 'socket')
  const server = spawn(
    binary,
    ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const isOver = new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', resolve)
  })
  const ended = isOver.then((code) => {
    throw new Error(`${binary} ended with ${code}`)
  })
  const redis = new Redis({ path, protocol: 2, retryStrategy: () => 50 })
  redis.on('error', () => {}) // It may not listen yet.
  try {
    return await Promise.race([ask(redis), ended])
  } finally {
    ended.catch(() => {})
    redis.disconnect()
    server.kill()
    await isOver
    rmSync(folder, { recursive: true, force: true })
  }
}

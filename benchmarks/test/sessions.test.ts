import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const benchSessions = (...args: string[]) =>
  run(process.execPath, [new URL('../sessions/bench.mjs', import.meta.url).pathname, ...args])

// Between them they have all applications.
test.each(['Express 5', 'Express 4', 'Fastify'])(
  '%s: both applications keep their sessions under load, and nothing is told but the figures',
  async (contest) => {
    const { stdout, stderr } = await benchSessions(
      ...['--only', contest, '--processes', '1', '--rounds', '1', '--requests', '200'],
      ...['--warm-up', '50', '--connections', '5'],
    )
    expect(stderr).toBe('')
    const rows = stdout.split('\n').filter((line) => /^\| .*session.*\| \d+ \|/.test(line))
    expect(rows).toHaveLength(6)
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatch(/session.*?(?: \| \d+ \| [\d.]+ ms){3} \| [\d.]+ \(/)
    }
    // So few requests may be served between two samples of the profile.
    for (const row of rows.slice(3)) {
      expect(row).toMatch(
        /session.*?(?: \| \d+){3} \| (?:[\d.]+|Infinity|NaN) x(?: \| -?\d+){3} \|$/,
      )
    }
  },
)

test.each([
  [['--rounds', 'many'], '--rounds is many; it takes a whole number above 0'],
  [['--only', 'nobody'], '--only nobody: no contest has that in its name'],
])('%s is refused', async (args, reason) => {
  await expect(benchSessions(...args)).rejects.toThrow(reason)
})

import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const fixtures = fileURLToPath(new URL('fixtures/leaks', import.meta.url))
const counts = join(fixtures, '.vitest/test-unit.json')
const vitest = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
)

test('a test file that leaks fails, with the list; one that closes what it opens passes', async () => {
  await rm(counts, { force: true })

  const run = await promisify(execFile)(process.execPath, [vitest, 'run'], {
    cwd: fixtures,
    env: { ...process.env, npm_lifecycle_event: 'test:unit', NO_COLOR: '1', FORCE_COLOR: '0' },
  }).catch((error: Error & { stdout: string; stderr: string }) => error)

  expect(run).toBeInstanceOf(Error)
  expect(run.stderr).toMatch(
    /FAIL {2}leaky\.fixture\.ts.*leaked: 1 Timeout, 3 tcp, 1 process.*127\.0\.0\.1:\d+ -> 127/s,
  )
  expect(run.stdout).toMatch(/✓ tidy\.fixture\.ts/)
  // All three tests passed: what failed is the file.
  expect(JSON.parse(await readFile(counts, 'utf8'))).toEqual({ passed: 3, failed: 1, skipped: 0 })
})

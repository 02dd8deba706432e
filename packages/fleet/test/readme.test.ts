import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))

test('the test in the README passes', () => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(home, 'README.md'), 'utf8')) ?? []
  // Inside the package, so that its own name and vitest are found; ignored by git.
  const folder = join(home, '.vitest/readme')
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(join(folder, 'readme.test.ts'), code ?? '')
    const said = execFileSync(
      join(home, '../../node_modules/.bin/vitest'),
      ['run', '--dir', folder, '--reporter', 'json'],
      { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    expect(JSON.parse(said.toString())).toMatchObject({ success: true, numPassedTests: 1 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

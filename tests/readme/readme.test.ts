import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Fleet, startFleet } from '@disredis/fleet'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { readWorkspaces } from '../../scripts/workspaces.mjs'
import { Examples } from './examples.js'
import { type Program, readPrograms } from './programs.js'

const folders = ['.', ...readWorkspaces().map(({ folder }) => folder)].filter((folder) =>
  existsSync(join(root, folder, 'README.md')),
)
const readmes = folders.map((folder) => {
  const file = join(folder, 'README.md')
  const programs = readPrograms(readFileSync(join(root, file), 'utf8'))
  return { folder, file, programs }
})

/** What READMEs call the three Sentinels of a deployment. */
const SENTINELS = ['127.0.0.1:26379', '127.0.0.1:26380', '127.0.0.1:26381']
/** The port that the servers of READMEs listen on. */
const HTTP_PORT = /\b3000\b/g

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3 })
  return () => fleet.close()
})

describe.each(readmes.filter(({ programs }) => programs.length > 0))('$file', (readme) => {
  let examples: Examples
  beforeAll(async () => {
    const port = await freePort()
    const programs = readme.programs.map((program) => substitute(program, port))
    examples = new Examples(readme.folder, programs)
    await examples.compile()
    return () => examples.remove()
  })

  test.each(readme.programs)('line $line works as shown', async (program) => {
    await examples.run(program)
  })
})

test('the READMEs of the repository show programs that run', () => {
  expect(readmes.flatMap(({ programs }) => programs)).not.toEqual([])
})

function substitute(program: Program, port: number): Program {
  const code = SENTINELS.reduce(
    (text, sentinel, index) => text.replaceAll(sentinel, fleet.sentinels[index] as string),
    program.code,
  ).replace(HTTP_PORT, String(port))
  return { ...program, code }
}

async function freePort(): Promise<number> {
  await using server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

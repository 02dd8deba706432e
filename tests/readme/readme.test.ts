import { existsSync, readdirSync, readFileSync } from 'node:fs'
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
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const documents = [
  ...folders.map((folder) => ({ folder, file: join(folder, 'README.md') })),
  ...pages.map((name) => ({ folder: 'docs', file: join('docs', name) })),
].map(({ folder, file }) => ({
  folder,
  file,
  programs: readPrograms(readFileSync(join(root, file), 'utf8')),
}))

/** What READMEs call the three Sentinels of a deployment. */
const SENTINELS = ['127.0.0.1:26379', '127.0.0.1:26380', '127.0.0.1:26381']
/** The port that the servers of READMEs listen on. */
const HTTP_PORT = /\b3000\b/g

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3 })
  return () => fleet.close()
})

describe.each(documents.filter(({ programs }) => programs.length > 0))(
  '$file',
  ({ folder, programs: shown }) => {
    let examples: Examples
    beforeAll(async () => {
      const port = await freePort()
      const programs = shown.map((program) => substitute(program, port))
      examples = new Examples(folder, programs)
      await examples.compile()
      return () => examples.remove()
    })

    test.each(shown)('line $line works as shown', async (program) => {
      await examples.run(program)
    })
  },
)

test('the documents of the repository show programs that run', () => {
  expect(documents.flatMap(({ programs }) => programs)).not.toEqual([])
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

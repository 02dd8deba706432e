import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'

const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

/** Files and folders of the repository, in code spans. */
const named = [
  ...text.matchAll(/`((?:packages|apps|tests|benchmarks|scripts|docs)\/[\w./-]+)`/g),
].map(([, path]) => path!)

test('every file that the map names is there', () => {
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('the way of a GET is no longer than ten files, and that of its reply than three', () => {
  const steps = (title: string) => {
    const [, section = ''] = text.split(`## ${title}`)
    return [...section.split('\n## ')[0]!.matchAll(/^\d+\. |, \d+\. /gm)].length
  }
  expect(steps('The way of a GET, file by file')).toBeLessThanOrEqual(10)
  expect(steps('The way of its reply')).toBeLessThanOrEqual(3)
})

test('every room of the client is in the map', async () => {
  const { rooms } = await import('../../scripts/layers/rooms.mjs')
  const client = rooms['packages/client']!.rooms
  for (const room of Object.keys(client)) expect(text).toContain(`\`${room}/\``)
})

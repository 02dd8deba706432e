import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../../scripts/root.mjs'
import { readManifest } from '../../scripts/workspaces.mjs'

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
const foldersOf = (path: string) =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(node_modules|\..*)$/.test(entry.name))
    .map(({ name }) => name)

describe('CONTRIBUTING.md', () => {
  test('says what is in every folder of tests/', () => {
    for (const folder of foldersOf('tests')) expect(text).toContain(`| \`${folder}/\``)
  })

  test('names no folder and no table of layers that is not there', () => {
    const rows = [...text.matchAll(/^\| `([\w./-]+)`/gm)].map(([, path = '']) => path)
    expect(rows.length).toBeGreaterThan(10)
    const places = ['.', 'tests', 'scripts/layers']
    const missing = rows.filter(
      (path) => !places.some((place) => existsSync(join(root, place, path))),
    )
    expect(missing).toEqual([])
  })

  test('tells of scripts that the root has', () => {
    const { scripts = {} } = readManifest()
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name)
    expect(named).toContain('check')
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })
})

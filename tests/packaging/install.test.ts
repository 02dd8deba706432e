import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { installAlone, typecheck } from './install-alone.js'
import { nodeBinary, nodeVersions } from './node-binary.js'
import { packAll, packages } from './packages.js'
import type { Project } from './project.js'

/** Packages that bring no library: what is in node_modules after their installation. */
const lean: Readonly<Record<string, readonly string[]>> = {
  '@disredis/connection': ['@disredis/connection'],
  '@disredis/fleet': ['@disredis/connection', '@disredis/fleet'],
  '@disredis/hash-ring': ['@disredis/hash-ring'],
  '@disredis/sentinel': ['@disredis/connection', '@disredis/sentinel'],
}

let tarballs: Awaited<ReturnType<typeof packAll>>
beforeAll(async () => {
  tarballs = await packAll()
  return () => tarballs[Symbol.asyncDispose]()
})

describe.each(packages)('$name, installed alone', (pack) => {
  const { name, manifest } = pack
  let consumer: Project
  beforeAll(async () => {
    consumer = await installAlone(pack, tarballs)
    const print = 'console.log(JSON.stringify(Object.keys(exported).sort()))'
    await consumer.write('esm.mjs', `import * as exported from '${name}'\n${print}\n`)
    await consumer.write('cjs.cjs', `const exported = require('${name}')\n${print}\n`)
    await consumer.write('esm.mts', `import * as exported from '${name}'\n${print}\n`)
    await consumer.write('cjs.cts', `import exported = require('${name}')\n${print}\n`)
    return () => consumer[Symbol.asyncDispose]()
  })

  test.each(nodeVersions)('loads by import and by require() on Node.js %s', async (version) => {
    const binary = await nodeBinary(version)
    const imported = JSON.parse(await consumer.run(binary, ['esm.mjs']))
    expect(imported.length).toBeGreaterThan(0)
    const required: string[] = JSON.parse(await consumer.run(binary, ['cjs.cjs']))
    // Node.js marks an ES module that has a default export.
    expect(required.filter((key) => key !== '__esModule')).toEqual(imported)
  })

  test.runIf(name in lean)('brings nothing but what it rests on', async () => {
    expect(await consumer.installed()).toEqual(lean[name])
  })

  test('type-checks in a strict project, in ES modules and in CommonJS', async () => {
    await typecheck(consumer, ['esm.mts', 'cjs.cts'])
  })

  for (const [command, file] of Object.entries(manifest.bin ?? {})) {
    test(`${command} --help explains itself`, async () => {
      const path = join('node_modules', name, relative('dist', file))
      expect(await consumer.run(process.execPath, [path, '--help'])).toMatch(/usage/i)
    })
  }
})

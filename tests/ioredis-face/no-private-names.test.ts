import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'
import { nameOf, privateMembers } from './private-members.js'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))
const { distinct, shared } = privateMembers()
/** Of what a user of ioredis holds in the hand. */
const hidden = new Set([
  ...distinct,
  ...(shared.get('Redis') ?? []),
  ...(shared.get('Command') ?? []),
])

interface Names {
  /** Members that something in there has, by its own declaration. */
  readonly declared: Set<string>
  /** Where members are read, written or claimed by a cast. */
  readonly used: { readonly name: string; readonly place: string }[]
}

function collect(file: string, source: string, { declared, used }: Names): void {
  const { program } = parseSync(file, source)
  let castDepth = 0
  const use = (key: { start: number }) => {
    const name = nameOf(key)
    const line = source.slice(0, key.start).split('\n').length
    if (name !== undefined) used.push({ name, place: `${file}:${line} ${name}` })
  }
  const declare = ({ key }: { key: unknown }) => {
    const name = nameOf(key)
    if (name !== undefined) declared.add(name)
  }
  new Visitor({
    TSAsExpression: () => void castDepth++,
    'TSAsExpression:exit': () => void castDepth--,
    TSPropertySignature: ({ key }) => (castDepth > 0 ? use(key) : declare({ key })),
    TSMethodSignature: ({ key }) => (castDepth > 0 ? use(key) : declare({ key })),
    PropertyDefinition: declare,
    MethodDefinition: declare,
    TSParameterProperty: ({ parameter }) => declare({ key: parameter }),
    Property: declare,
    MemberExpression: ({ property, computed }) => {
      const { type, value } = property as { type: string; value?: unknown }
      if (!computed) use(property)
      else if (type === 'Literal' && typeof value === 'string') {
        used.push({ name: value, place: `${file} ['${value}']` })
      }
    },
  }).visit(program)
}

function privateUses(files: ReadonlyMap<string, string>): string[] {
  const names: Names = { declared: new Set(), used: [] }
  for (const [file, source] of files) collect(file, source, names)
  return names.used
    .filter(({ name }) => hidden.has(name) && !names.declared.has(name))
    .map(({ place }) => place)
}

function sources(): Map<string, string> {
  const files = new Map<string, string>()
  for (const name of readdirSync(packages)) {
    const folder = join(packages, name, 'src')
    const own = new Map<string, string>()
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const path = join(folder, file)
      own.set(relative(packages, path), readFileSync(path, 'utf8'))
    }
    // Others have no object of ioredis in the hand: `span.setStatus()` is somebody else's.
    const isConcerned = [...own.values()].some((source) => source.includes("from 'ioredis'"))
    if (isConcerned) for (const [file, source] of own) files.set(file, source)
  }
  return files
}

test("no private member of ioredis is named in a package's source", () => {
  expect(privateUses(sources())).toEqual([])
})

test.each([
  ['an access', 'redis.commandQueue.length'],
  ['an access by string', "redis['condition']"],
  ['a cast', 'const it = redis as unknown as { _transformer: object }'],
  ['a method', 'command.initPromise()'],
])('the check sees %s', (_what, source) => {
  const files = new Map([...sources(), ['planted.ts', source]])
  expect(privateUses(files)).toEqual([expect.stringContaining('planted.ts')])
})

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { builtFiles, builtFolder, moduleOf, nameOf, privateMembers } from './private-members.js'

/** By what other modules of ioredis call an object whose private names something public has as well. */
const calledBy: Readonly<Record<string, readonly string[]>> = {
  Redis: ['redis', 'self', '_this'],
  Command: ['command'],
}

/**
 * Copies the installed ioredis into `folder`, with another name for each of its private members. It works as
 * before for whoever uses it by its public face.
 *
 * @returns the path of its entry, and the number of places that were renamed
 */
export function makeRenamedCopy(folder: string): { entry: string; renamed: number } {
  const ioredis = dirname(builtFolder)
  const target = join(folder, 'ioredis')
  mkdirSync(target, { recursive: true })
  for (const name of ['package.json', 'built']) {
    cpSync(join(ioredis, name), join(target, name), { recursive: true })
  }
  // Its own dependencies.
  symlinkSync(dirname(ioredis), join(folder, 'node_modules'))
  let renamed = 0
  for (const file of builtFiles('.js')) {
    const source = readFileSync(join(builtFolder, file), 'utf8')
    const places = placesToRename(file, source)
    renamed += places.length
    let text = source
    for (const { start, end, replacement } of places.sort((a, b) => b.start - a.start)) {
      text = text.slice(0, start) + replacement + text.slice(end)
    }
    writeFileSync(join(target, 'built', file), text)
  }
  return { entry: join(target, 'built', 'index.js'), renamed }
}

interface Range {
  readonly start: number
  readonly end: number
}

interface ObjectProperty {
  readonly key: Range
  readonly computed: boolean
  readonly shorthand: boolean
  readonly value: Range
}

interface Place extends Range {
  readonly replacement: string
}

const { distinct, shared } = privateMembers()

function placesToRename(file: string, source: string): Place[] {
  const places = new Map<number, Place>()
  const own = shared.get(moduleOf(file)) ?? new Set()
  const rename = (key: Range, replacement: string) =>
    places.set(key.start, { start: key.start, end: key.end, replacement })
  const inClass = ({ key, computed }: { key: unknown; computed: boolean }) => {
    const name = computed ? undefined : nameOf(key)
    if (name !== undefined && (distinct.has(name) || own.has(name))) {
      rename(key as Place, newName(name))
    }
  }
  const inObject = (property: ObjectProperty, isPrivate: (name: string) => boolean) => {
    const { key, computed, shorthand, value } = property
    const name = computed ? undefined : nameOf(key)
    if (name === undefined || !isPrivate(name)) return
    const kept = shorthand ? `: ${source.slice(value.start, value.end)}` : ''
    const { end } = shorthand ? value : key
    rename({ start: key.start, end }, `${newName(name)}${kept}`)
  }
  new Visitor({
    MethodDefinition: inClass,
    PropertyDefinition: inClass,
    MemberExpression({ object, property, computed }) {
      if (computed) {
        const { type, value } = property as { type: string; value?: unknown }
        if (type === 'Literal' && typeof value === 'string' && distinct.has(value)) {
          rename(property, JSON.stringify(newName(value)))
        }
        return
      }
      const name = nameOf(property)
      if (name === undefined) return
      const isOwn = object.type === 'ThisExpression' && own.has(name)
      if (distinct.has(name) || isOwn || isCalledBy(object, name)) rename(property, newName(name))
    },
    Property: (property) => inObject(property, (name) => distinct.has(name)),
    VariableDeclarator({ id, init }) {
      if (id.type !== 'ObjectPattern' || init === null) return
      const isOwn = (name: string) =>
        init.type === 'ThisExpression' ? own.has(name) : isCalledBy(init, name)
      for (const it of id.properties) if (it.type === 'Property') inObject(it, isOwn)
    },
  }).visit(parseSync(file, source).program)
  return [...places.values()]
}

function isCalledBy(object: unknown, name: string): boolean {
  const { property } = object as { property?: unknown }
  const called = nameOf(property ?? object)
  return Object.entries(calledBy).some(
    ([module, callers]) =>
      called !== undefined && callers.includes(called) && shared.get(module)?.has(name) === true,
  )
}

function newName(name: string): string {
  return `renamed_${name}`
}

import { EventEmitter } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { parseSync, Visitor } from 'oxc-parser'

/** Where the installed ioredis has its modules and declarations. */
export const builtFolder = dirname(createRequire(import.meta.url).resolve('ioredis'))

/** Part of what programs call, although its doc comment hides it: ioredis's own example sends a `Command`. */
const offered = new Set(['sendCommand', 'isCluster'])

export interface PrivateMembers {
  /** Nothing public, of ioredis or of the platform, has these names. */
  readonly distinct: ReadonlySet<string>
  /** By module: names that something public has as well. Private of the classes in there alone. */
  readonly shared: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * What ioredis keeps to itself: members that its declarations mark private, protected or `@ignore`, and
 * members that its modules give to `this` and no declaration knows.
 */
export function privateMembers(): PrivateMembers {
  const hidden = new Map<string, Set<string>>()
  const open = platformNames()
  for (const file of builtFiles('.d.ts')) collectDeclared(file, hidden, open)
  const declared = new Set([...open, ...[...hidden.values()].flatMap((names) => [...names])])
  for (const file of builtFiles('.js')) {
    for (const name of membersOfThis(file)) {
      if (!declared.has(name)) namesOf(hidden, moduleOf(file)).add(name)
    }
  }
  const distinct = new Set<string>()
  const shared = new Map<string, Set<string>>()
  for (const [module, names] of hidden) {
    for (const name of names) {
      if (open.has(name)) namesOf(shared, module).add(name)
      else distinct.add(name)
    }
  }
  // `this.stream` in a subclass is the member of its base.
  for (const [module, base] of baseModules()) {
    for (const name of shared.get(base) ?? []) namesOf(shared, module).add(name)
  }
  return { distinct, shared }
}

/** By module, the module of the class that its class extends. */
function baseModules(): Map<string, string> {
  const modules = builtFiles('.d.ts').map(moduleOf)
  const bases = new Map<string, string>()
  for (const module of modules) {
    const source = readFileSync(join(builtFolder, `${module}.d.ts`), 'utf8')
    const extended = /^export default class \w+ extends (\w+)/mu.exec(source)?.[1]
    const base = modules.find((it) => basename(it) === extended)
    if (base !== undefined) bases.set(module, base)
  }
  return bases
}

export function builtFiles(extension: string): string[] {
  const names = readdirSync(builtFolder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(extension)).sort()
}

/** The module that a file of it, `.js` or `.d.ts`, belongs to. */
export function moduleOf(file: string): string {
  return file.replace(/(?:\.d\.ts|\.js)$/u, '')
}

function collectDeclared(file: string, hidden: Map<string, Set<string>>, open: Set<string>): void {
  const source = readFileSync(join(builtFolder, file), 'utf8')
  const { program, comments } = parseSync(file, source)
  const isIgnored = (start: number) => {
    const comment = comments.findLast(({ end }) => end <= start)
    return (
      comment?.value.includes('@ignore') === true && source.slice(comment.end, start).trim() === ''
    )
  }
  const note = (member: Member) => {
    const name = nameOf(member.key)
    if (name === undefined) return
    const isHidden = member.accessibility === 'private' || member.accessibility === 'protected'
    if ((isHidden || isIgnored(member.start)) && !offered.has(name)) {
      namesOf(hidden, moduleOf(file)).add(name)
    } else open.add(name)
  }
  new Visitor({
    PropertyDefinition: note,
    MethodDefinition: note,
    TSAbstractMethodDefinition: note,
    TSAbstractPropertyDefinition: note,
    TSInterfaceDeclaration: ({ id, body }) => {
      // What one class of ioredis is to another one.
      if (id.name === 'DataHandledable') return
      for (const member of body.body) if ('key' in member) open.add(nameOf(member.key) ?? '')
    },
    TSTypeLiteral: ({ members }) => {
      for (const member of members) if ('key' in member) open.add(nameOf(member.key) ?? '')
    },
  }).visit(program)
}

interface Member {
  readonly key: unknown
  readonly start: number
  readonly accessibility?: string | null
}

function membersOfThis(file: string): Set<string> {
  const names = new Set<string>()
  const { program } = parseSync(file, readFileSync(join(builtFolder, file), 'utf8'))
  new Visitor({
    AssignmentExpression: ({ left }) => {
      if (left.type !== 'MemberExpression' || left.computed) return
      const name = left.object.type === 'ThisExpression' ? nameOf(left.property) : undefined
      if (name !== undefined) names.add(name)
    },
    MethodDefinition: ({ key, computed }) => {
      const name = computed ? undefined : nameOf(key)
      if (name !== undefined) names.add(name)
    },
  }).visit(program)
  return names
}

export function nameOf(key: unknown): string | undefined {
  const { type, name } = key as { type: string; name?: string }
  return type === 'Identifier' ? name : undefined
}

function namesOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const names = map.get(key) ?? new Set()
  map.set(key, names)
  return names
}

/** Of the objects of Node.js that ioredis and we deal with. */
function platformNames(): Set<string> {
  const names = new Set<string>()
  const classes = [Object, Function, Array, Map, Set, WeakMap, Promise, String, Error, Buffer]
  for (const it of [...classes, EventEmitter, Readable, Writable, Socket]) {
    for (let part = it.prototype; part; part = Object.getPrototypeOf(part)) {
      for (const name of Object.getOwnPropertyNames(part)) names.add(name)
    }
    for (const name of Object.getOwnPropertyNames(it)) names.add(name)
  }
  for (const name of Object.getOwnPropertyNames(new Socket())) names.add(name)
  return names
}

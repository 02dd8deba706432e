import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { commandInfo, infoOfCall } from './command-info.js'
import { routeOf } from './routes.js'
import { serverCommands } from './server-commands.js'

const unknown = routeOf('nosuchcommand', false)

describe('the routing table', () => {
  test.each(Object.entries(serverCommands))('has a route for %s', (name, [, keys]) => {
    expect(routeOf(name, keys !== '')).not.toBe(unknown)
  })

  test('has a route for every command of ioredis', () => {
    const names = new Redis({ lazyConnect: true }).getBuiltinCommands()
    expect(names.filter((name) => commandInfo(name).route === unknown)).toEqual([])
  })

  test('knows subcommands by their first argument, in any case', () => {
    const object = commandInfo('OBJECT')
    expect(infoOfCall(object, ['encoding', 'k'])).toMatchObject({
      name: 'object',
      keyIndex: 1,
      effect: 'read',
      route: { to: 'keys' },
    })
    expect(infoOfCall(object, [Buffer.from('HELP')])).toMatchObject({ route: { to: 'shard' } })
    expect(infoOfCall(object, ['nosuch', 'k'])).toBe(object)
  })

  test('has no route for names that objects inherit', () => {
    expect(commandInfo('constructor').route).toBe(unknown)
    expect(commandInfo('__proto__').route).toBe(unknown)
  })
})

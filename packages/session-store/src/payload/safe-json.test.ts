import { describe, expect, test } from 'vitest'
import { FRAMEWORK_NAMES, parseObject, stringifyObject } from './safe-json.js'

const reserved = new Set(FRAMEWORK_NAMES)

describe('what is read', () => {
  test.each([
    '{"a":1,"__proto__":{"isAdmin":true}}',
    '{"a":1,"constructor":{"isAdmin":true}}',
    '{"a":1,"\\u005f_proto__":{"isAdmin":true}}',
    '{"a":1,"prototype":1}',
    '{"a":1,"save":"x"}',
    '{"a":1,"sessionId":"x"}',
  ])('%s loses the key that can do harm', (text) => {
    const { value, dropped } = parseObject(text, reserved)
    expect(value).toEqual({ a: 1 })
    expect(Object.keys(value)).toEqual(['a'])
    expect(dropped).toBe(1)
    // What Fastify does with a stored session.
    const copy: Record<string, unknown> = {}
    for (const key in value) copy[key] = value[key]
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  })

  test('poisonous keys are dropped at any depth, reserved names only at the top', () => {
    const text = '{"list":[{"__proto__":1,"b":2,"save":3}],"deep":{"constructor":1}}'
    expect(parseObject(text, reserved)).toEqual({
      value: { list: [{ b: 2, save: 3 }], deep: {} },
      dropped: 2,
    })
  })

  test('the words as values are left alone', () => {
    const text = '{"word":"__proto__","list":["constructor"]}'
    expect(parseObject(text, reserved)).toEqual({ value: JSON.parse(text), dropped: 0 })
  })

  test.each(['[]', 'null', '1', '"text"', '{', ''])('%s is no session', (text) => {
    expect(() => parseObject(text, reserved)).toThrow(SyntaxError)
  })
})

describe('what is written', () => {
  test('own enumerable keys without the cookie, reserved names and methods', () => {
    class Session {
      a = 1
      cookie = { path: '/' }
      options = 'x'
      save() {}
    }
    const session = Object.assign(new Session(), { [Symbol('hidden')]: 1 })
    expect(stringifyObject(session, reserved)).toEqual({ text: '{"a":1}', dropped: 1 })
  })

  test('poison from user input is not stored', () => {
    const session = { prefs: JSON.parse('{"__proto__":{"x":1},"theme":"dark"}') }
    expect(stringifyObject(session, reserved)).toEqual({
      text: '{"prefs":{"theme":"dark"}}',
      dropped: 1,
    })
  })
})

test('levels are counted, not brackets', () => {
  const lists = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  const wide = { a: Array.from({ length: 2_000 }, () => [{}]), b: '[{'.repeat(2_000), c: '\\"[' }
  for (const good of [wide, { a: lists(499) }]) {
    const { text } = stringifyObject(good, new Set())
    expect(parseObject(text, new Set()).value).toEqual(good)
  }
  expect(() => stringifyObject({ a: lists(500) }, new Set())).toThrow(RangeError)
  expect(() => parseObject(JSON.stringify({ a: lists(500) }), new Set())).toThrow(SyntaxError)
})

import { createSecureContext } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { isSameOption } from './same-options.js'

describe('the same', () => {
  test.each([
    ['values', 1, 1],
    ['lists', ['a', { b: 1 }], ['a', { b: 1 }]],
    ['objects in any order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['left out and undefined', { a: 1, b: undefined }, { a: 1 }],
    ['buffers', { ca: Buffer.from('x') }, { ca: Buffer.from('x') }],
    ['a function and itself', Math.max, Math.max],
  ])('%s', (_, a, b) => {
    expect(isSameOption(a, b)).toBe(true)
  })
})

describe('not the same', () => {
  test.each([
    ['values', 'a', 'b'],
    ['lists of other lengths', ['a'], ['a', 'b']],
    ['a key more', { a: 1 }, { a: 1, b: 2 }],
    ['buffers', Buffer.from('x'), Buffer.from('y')],
    ['functions of equal text', () => 1, () => 1],
    ['TLS contexts, whose keys cannot be compared', createSecureContext(), createSecureContext()],
    ['an object and null', {}, null],
  ])('%s', (_, a, b) => {
    expect(isSameOption(a, b)).toBe(false)
  })
})

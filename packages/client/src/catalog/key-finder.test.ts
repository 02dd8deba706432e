import { describe, expect, test } from 'vitest'
import { externalPatterns } from './external-patterns.js'
import { keyFinder } from './key-finder.js'

describe('the keys of a command', () => {
  test.each([
    ['1', 'k', ['k']],
    ['1', '', []],
    ['2', 'ENCODING k', ['k']],
    ['1 2', 'a b c', ['a', 'b']],
    ['1..2', 'a b c', ['a', 'b']],
    ['1..-1', 'a b c', ['a', 'b', 'c']],
    ['1..-1/2', 'a 1 b 2', ['a', 'b']],
    ['1..-2', 'a b 0', ['a', 'b']],
    ['2 3..-1', 'AND to a b', ['to', 'a', 'b']],
    ['2#', 'script 2 a b c', ['a', 'b']],
    ['2#', 'script 0 a', []],
    ['2#', 'script -1 a', []],
    ['2#', 'script x a', []],
    ['2#', 'script 9 a b', ['a', 'b']],
    ['1#/2', '2 a 1 b 2 EX 9', ['a', 'b']],
    ['1 2#', 'to 2 a b WEIGHTS 1 2', ['to', 'a', 'b']],
    ['1 STORE@6 STOREDIST@6', 'k 1 2 3 m store to', ['k', 'to']],
    ['1 STORE@6 STOREDIST@6', 'k 1 2 3 m storedist to', ['k', 'to']],
    ['1 STORE@6 STOREDIST@6', 'k 1 2 3 m STORE', ['k']],
    ['STREAMS@1..half', 'COUNT 1 streams a b 0-0 0-0', ['a', 'b']],
    ['STREAMS@1..half', 'COUNT 1', []],
    ['STREAMS@4..half', 'GROUP g streams STREAMS a >', ['a']],
    ['sort', 'k BY w_* LIMIT 0 5 GET # STORE to', ['k', 'to']],
    ['sort', 'k BY store GET store STORE a store b', ['k', 'b']],
    ['sort', 'k STORE', ['k']],
    ['migrate', 'h 1 k 0 9 COPY', ['k']],
    ['migrate', 'h 1 "" 0 9 AUTH keys KEYS a b', ['a', 'b']],
    ['migrate', 'h 1 k 0 9 KEYS a', ['k']],
  ])('%s of %s', (rules, line, expected) => {
    const args = line.split(' ').flatMap((arg) => (arg === '' ? [] : arg === '""' ? [''] : [arg]))
    const found = keyFinder(rules)(args).map((i) => args[i])
    expect(found).toEqual(expected)
  })

  test('are found among buffers', () => {
    const args = [Buffer.from('script'), Buffer.from('1'), Buffer.from('k')]
    expect(keyFinder('2#')(args)).toEqual([2])
    expect(keyFinder('sort')([Buffer.from('k'), Buffer.from('store'), 'to'])).toEqual([0, 2])
  })

  test('a rule that cannot be read is an error', () => {
    expect(() => keyFinder('x')).toThrow(TypeError)
  })
})

test('SORT reads the keys that its patterns name, if they have a star', () => {
  const line = 'k BY w_*->f LIMIT 0 5 GET # GET o_* GET plain STORE by'
  expect(externalPatterns(line.split(' '))).toEqual(['w_*', 'o_*'])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeThreeWay } from './merge.js'

test('each side keeps what it alone changed, removals included', () => {
  const base = { same: 1, mine: 1, theirs: 1, minesGone: 1, theirsGone: 1 }
  const mine = { same: 1, mine: 2, theirs: 1, theirsGone: 1, added: [1] }
  const theirs = { same: 1, mine: 1, theirs: 2, minesGone: 1, other: { a: 1 } }
  expect(mergeThreeWay(base, mine, theirs)).toEqual({
    value: { same: 1, mine: 2, theirs: 2, added: [1], other: { a: 1 } },
    clashes: [],
  })
})

test('where both changed a field, mine wins and it is named', () => {
  const merge = mergeThreeWay({ n: 1, gone: 1 }, { n: 2 }, { n: 3, gone: 2 })
  expect(merge).toEqual({ value: { n: 2 }, clashes: ['n', 'gone'] })
})

test('the same change by both is no clash', () => {
  expect(mergeThreeWay({ n: 1 }, { n: 2 }, { n: 2 }).clashes).toEqual([])
})

const session = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 2 }))

test('merging nothing gives the other side; merging onto the base gives mine', () => {
  fc.assert(
    fc.property(session, session, (base, side) => {
      expect(mergeThreeWay(base, base, side).value).toEqual(side)
      expect(mergeThreeWay(base, side, base).value).toEqual(side)
    }),
  )
})

test('without clashes the order of two writers does not matter', () => {
  fc.assert(
    fc.property(session, session, session, (base, one, two) => {
      const merge = mergeThreeWay(base, one, two)
      fc.pre(merge.clashes.length === 0)
      expect(mergeThreeWay(base, two, one).value).toEqual(merge.value)
    }),
  )
})

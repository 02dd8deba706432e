import { expect, test } from 'vitest'
import { MastersDisagreeError, UnknownMasterError } from '../errors.js'
import { decideMasters } from './decide-masters.js'

const reports = (...sets: string[][]) =>
  new Map(sets.map((names, index) => [`s${index + 1}:26379`, names]))

test('the set that a majority reports is taken, in whatever order each lists it', () => {
  expect(decideMasters(undefined, reports(['b', 'a'], ['a', 'b'], ['a']))).toEqual(['a', 'b'])
})

test('one answering Sentinel is a majority of those that answer', () => {
  expect(decideMasters(undefined, reports(['z', 'a']))).toEqual(['a', 'z'])
})

test('names are not confused by what they contain', () => {
  const sets = reports(['a', 'b'], ['a,b'], ['a","b'])
  expect(() => decideMasters(undefined, sets)).toThrow(MastersDisagreeError)
})

test('without a majority the error shows who says what', () => {
  const decide = () => decideMasters(undefined, reports(['b', 'a'], ['a']))
  expect(decide).toThrow(MastersDisagreeError)
  expect(decide).toThrow('s1:26379: "a", "b"\n  s2:26379: "a"')
})

test('half of the Sentinels are no majority', () => {
  const decide = () => decideMasters(undefined, reports(['a'], ['a'], ['b'], ['b']))
  expect(decide).toThrow(MastersDisagreeError)
})

test('named masters are taken if any Sentinel watches them', () => {
  expect(decideMasters(['b', 'a'], reports(['a'], ['a', 'b', 'c']))).toEqual(['a', 'b'])
})

test('an unknown name is an error that lists the known ones', () => {
  const decide = () => decideMasters(['a', 'x', 'y'], reports(['a', 'c'], ['b']))
  expect(decide).toThrow(UnknownMasterError)
  expect(decide).toThrow('No Sentinel watches "x", "y". Known masters: "a", "b", "c".')
  try {
    decide()
  } catch (error) {
    expect(error).toMatchObject({ unknown: ['x', 'y'], known: ['a', 'b', 'c'] })
  }
})

test('Sentinels that watch nothing give no topology', () => {
  expect(() => decideMasters(undefined, reports([], []))).toThrow('The Sentinels watch no master')
})

import type { Address } from '@disredis/connection'
import { beforeEach, expect, test } from 'vitest'
import { NodeNames } from './node-names.js'

const at = (host: string): Address => ({ host, port: 6379 })
const node = (host: string, runId: string) => ({ address: at(host), runId })
const all = new Set(['s1', 's2', 's3'])

let names: NodeNames
beforeEach(() => {
  names = new NodeNames()
  names.record('s1', node('10.0.0.1', 'master'), [node('10.0.0.2', 'replica')])
  names.record('s2', node('10.0.0.1', 'master'), [node('10.0.0.2', 'replica')])
  names.record('s3', node('one.example', 'master'), [node('two.example', 'replica')])
})

test('a name and an address with one run id are one node, master or replica', () => {
  expect(names.isSame(at('10.0.0.1'), at('one.example'), all)).toBe(true)
  expect(names.isSame(at('two.example'), at('10.0.0.2'), all)).toBe(true)
  expect(names.isSame(at('10.0.0.1'), at('two.example'), all)).toBe(false)
})

test('an address is itself, known or not; what is not known is nothing else', () => {
  expect(names.isSame(at('x'), at('x'), all)).toBe(true)
  expect(names.isSame(at('x'), at('y'), all)).toBe(false)
  expect(names.isSame(undefined, undefined, all)).toBe(false)
})

test('only Sentinels that count are asked', () => {
  const two = new Set(['s1', 's2'])
  expect(names.isSame(at('10.0.0.1'), at('one.example'), two)).toBe(false)
})

test('one that gives two nodes one run id is outvoted', () => {
  names.record('s3', node('10.0.0.1', 'replica'), [node('10.0.0.2', 'replica')])
  expect(names.isSame(at('10.0.0.1'), at('10.0.0.2'), all)).toBe(false)
})

test('where Sentinels disagree in equal numbers nothing is known', () => {
  names.removeSentinel('s2')
  names.record('s3', node('10.0.0.1', 'other'), [node('alias', 'other')])
  expect(names.isSame(at('10.0.0.1'), at('alias'), all)).toBe(false)
})

test('an answer without a list keeps the list before', () => {
  names.record('s3', undefined, undefined)
  names.record('s3', node('one.example', 'master'), undefined)
  expect(names.isSame(at('two.example'), at('10.0.0.2'), all)).toBe(true)
})

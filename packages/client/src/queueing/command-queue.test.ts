import { describe, expect, test } from 'vitest'
import { testCommand } from '../../test-support/test-command.js'
import { CommandQueue } from './command-queue.js'

function queue(maxCommands = 10, maxBytes = 10_000): CommandQueue {
  return new CommandQueue({ maxCommands, maxBytes })
}

function drain(from: CommandQueue): number[] {
  const order: number[] = []
  for (let it = from.shift(); it !== undefined; it = from.shift()) order.push(it.sequence)
  return order
}

describe('a command queue', () => {
  test('gives commands in the order of their issue, returned ones first', () => {
    const it = queue()
    it.push(testCommand('get', ['a'], { sequence: 5 }))
    it.push(testCommand('get', ['a'], { sequence: 6 }))
    for (const sequence of [3, 1, 2]) it.giveBack(testCommand('get', ['a'], { sequence }))
    expect(it.shift()?.sequence).toBe(1)
    it.giveBack(testCommand('get', ['a'], { sequence: 0 }))
    expect(drain(it)).toEqual([0, 2, 3, 5, 6])
    expect([it.length, it.bytes]).toEqual([0, 0])
  })

  test('refuses what exceeds its count, and takes back what it had admitted all the same', () => {
    const it = queue(1)
    expect(it.push(testCommand('get', ['a']))).toBe(true)
    expect(it.push(testCommand('get', ['b']))).toBe(false)
    it.giveBack(testCommand('get', ['c']))
    expect(it.length).toBe(2)
  })

  test('takes whatever comes for a master that takes it in turn', () => {
    const it = queue(1, 2000)
    expect(it.push(testCommand('get', ['a'], { sequence: 1 }), false)).toBe(true)
    expect(it.push(testCommand('set', ['k', 'x'.repeat(5000)], { sequence: 2 }), false)).toBe(true)
    expect(it.push(testCommand('get', ['b']))).toBe(false)
    expect(drain(it)).toEqual([1, 2])
  })

  test('counts the bytes of its arguments', () => {
    const it = queue(10, 2000)
    expect(it.push(testCommand('set', ['k', 'x'.repeat(700)]))).toBe(true)
    expect(it.push(testCommand('set', ['k', Buffer.alloc(700)]))).toBe(false)
    expect(it.push(testCommand('get', ['k']))).toBe(false)
  })

  test('frees place and bytes of a command that was settled where it stands', () => {
    const it = queue(2)
    const first = testCommand('get', ['a'], { sequence: 1 })
    const second = testCommand('get', ['b'], { sequence: 2 })
    it.push(first)
    it.push(second)
    second.fail(new Error('deadline'))
    it.forget(second)
    expect(it.length).toBe(1)
    expect(it.push(testCommand('get', ['c'], { sequence: 3 }))).toBe(true)
    expect(drain(it)).toEqual([1, 3])
    expect([it.length, it.bytes]).toEqual([0, 0])
  })
})

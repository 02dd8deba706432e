import { describe, expect, test } from 'vitest'
import { testCommand } from '../../test-support/test-command.js'
import type { Command } from '../commands/command.js'
import { Deadlines } from './deadlines.js'

function expired(deadlines: Deadlines, now: number): Command[] {
  const commands: Command[] = []
  deadlines.expire(now, (command) => commands.push(command))
  return commands
}

describe('deadlines', () => {
  test('expire what is due and nothing else, whatever the order of timeouts', () => {
    const deadlines = new Deadlines()
    const long = testCommand('get', ['a'], { timeout: 1000, deadline: 1000 })
    const short = testCommand('get', ['b'], { timeout: 10, deadline: 15 })
    deadlines.add(long)
    deadlines.add(short)
    expect(expired(deadlines, 14)).toEqual([])
    expect(expired(deadlines, 15)).toEqual([short])
    expect(expired(deadlines, 1000)).toEqual([long])
    expect(deadlines.isEmpty).toBe(true)
  })

  test('pass over what is settled', () => {
    const deadlines = new Deadlines()
    const commands = [1, 2, 3].map((deadline) => testCommand('get', ['a'], { deadline }))
    for (const command of commands) deadlines.add(command)
    commands[1]?.fail(new Error('answered'))
    expect(expired(deadlines, 10)).toEqual([commands[0], commands[2]])
  })

  test('hold no more lanes than timeouts in use', () => {
    const deadlines = new Deadlines()
    for (let timeout = 1; timeout <= 1000; timeout++) {
      deadlines.add(testCommand('get', ['a'], { timeout, deadline: timeout }))
      deadlines.expire(timeout, () => {})
    }
    expect(deadlines.isEmpty).toBe(true)
  })
})

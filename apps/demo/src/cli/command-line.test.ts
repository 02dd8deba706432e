import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.js'
import { UsageError } from './usage-error.js'

test('without arguments the keyboard decides', () => {
  expect(parseCommandLine([])).toEqual({
    isHelp: false,
    script: undefined,
    isJson: false,
    isPlain: false,
  })
})

test('reads every option', () => {
  expect(parseCommandLine(['--script', 'crash; restore', '--json', '--plain', '-h'])).toEqual({
    isHelp: true,
    script: 'crash; restore',
    isJson: true,
    isPlain: true,
  })
})

test.each([
  [['--scrypt', 'x'], "Unknown option '--scrypt'"],
  [['failover'], "Unexpected argument 'failover'"],
  [['--script'], 'argument missing'],
  [['--script', ' '], '--script takes the name'],
  [['--json'], '--json reports on a script'],
])('refuses %j with a message that names it', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError)
  expect(() => parseCommandLine(args)).toThrow(message)
})

import { expect, test } from 'vitest'
import { parseCommandLine } from './command-line.js'
import { UsageError } from './usage-error.js'

test('without arguments the keyboard decides', () => {
  expect(parseCommandLine([])).toEqual({
    isHelp: false,
    script: undefined,
    isJson: false,
    isPlain: false,
    isTerminal: false,
    host: undefined,
    port: undefined,
  })
})

test('reads every option', () => {
  expect(parseCommandLine(['--script', 'crash; restore', '--json', '--plain', '-h'])).toEqual({
    isHelp: true,
    script: 'crash; restore',
    isJson: true,
    isPlain: true,
    isTerminal: false,
    host: undefined,
    port: undefined,
  })
  expect(parseCommandLine(['--terminal', '--host', '::1', '--port', '0'])).toMatchObject({
    isTerminal: true,
    host: '::1',
    port: 0,
  })
})

test.each([
  [['--scrypt', 'x'], "Unknown option '--scrypt'"],
  [['failover'], "Unexpected argument 'failover'"],
  [['--script'], 'argument missing'],
  [['--script', ' '], '--script takes the name'],
  [['--json'], '--json reports on a script'],
  [['--port', '65536'], '--port takes a number from 0'],
  [['--port', 'http'], 'and got "http"'],
  [['--script', 'crash', '--port', '1'], '--script serves no page'],
])('refuses %j with a message that names it', (args, message) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError)
  expect(() => parseCommandLine(args)).toThrow(message)
})

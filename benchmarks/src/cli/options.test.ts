import { expect, test } from 'vitest'
import { settingsOf } from '../runner/settings.js'
import { parseOptions, UsageError } from './options.js'

test('without arguments everything runs in full and the docs are written', () => {
  expect(parseOptions([])).toEqual({
    action: 'run',
    only: [],
    contenders: [],
    settings: settingsOf.full,
    writesDocs: true,
    compares: false,
    updatesBaseline: false,
  })
})

test('a quick run of one suite writes its JSON and no docs', () => {
  expect(parseOptions(['--only', 'throughput', '--quick', '--json', 'out.json'])).toMatchObject({
    only: ['throughput'],
    settings: settingsOf.quick,
    json: 'out.json',
    writesDocs: false,
  })
})

test('suites and contenders are comma lists or repeated', () => {
  const options = parseOptions([
    ...['--only', 'ring,memory', '--only', 'session'],
    ...['--contenders', 'ioredis,raw-sockets'],
  ])
  expect(options.only).toEqual(['ring', 'memory', 'session'])
  expect(options.contenders).toEqual(['ioredis', 'raw-sockets'])
})

test('rounds and their lengths override the defaults of the mode', () => {
  const { settings } = parseOptions(['--quick', '--rounds', '2', '--round-ms', '30'])
  expect(settings).toEqual({ ...settingsOf.quick, rounds: 2, freshRounds: 2, roundDuration: 30 })
})

test('comparing and storing a baseline are quick runs', () => {
  expect(parseOptions(['--compare'])).toMatchObject({ compares: true, settings: { mode: 'quick' } })
  expect(parseOptions(['--update-baseline']).settings.mode).toBe('quick')
})

test('docs can be asked for and refused', () => {
  expect(parseOptions(['--quick', '--docs']).writesDocs).toBe(true)
  expect(parseOptions(['--no-docs']).writesDocs).toBe(false)
})

test.each([
  [['--only', 'nothing'], 'Unknown suite "nothing". Known: throughput, '],
  [['--contenders', 'x'], 'Unknown contender "x"'],
  [['--rounds', '0'], '--rounds takes a whole number above 0, not "0"'],
  [['--round-ms', '1.5'], '--round-ms takes a whole number'],
  [['--frobnicate'], 'frobnicate'],
  [['stray'], 'stray'],
  [['--update-baseline', '--only', 'ring'], 'give it alone'],
])('%j is refused with the reason', (args, reason) => {
  expect(() => parseOptions(args)).toThrow(UsageError)
  expect(() => parseOptions(args)).toThrow(reason)
})

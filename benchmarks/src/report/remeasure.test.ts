import { expect, test } from 'vitest'
import type { Environment } from '../runner/environment.js'
import type { CaseResult, RunResult } from '../runner/run-result.js'
import { settingsOf } from '../runner/settings.js'
import { remeasure } from './remeasure.js'

const environment: Environment = {
  startedAt: 'Monday',
  commit: 'aaa',
  cpu: 'one',
  cores: 2,
  memoryGibibytes: 1,
  system: 'Linux',
  loadBefore: 0,
  node: 'v20',
  server: 'Redis 7',
  packages: {},
}

function resultOf(command: string, suites: readonly string[], changes: Partial<Environment> = {}) {
  const cases = suites.flatMap((suite) =>
    [1, 2].map(
      (number): CaseResult => ({
        id: `${suite}-${number}`,
        suite,
        title: `${suite} by ${command}`,
        figure: suite,
        group: '',
        columns: ['lookupNanoseconds'],
        reference: 'x',
        participants: [],
      }),
    ),
  )
  const result: RunResult = {
    version: 1,
    command,
    environment: { ...environment, ...changes },
    settings: settingsOf.full,
    cases,
  }
  return result
}

const titles = ({ cases }: RunResult) => cases.map(({ title }) => title)
const known = resultOf('all', ['ring', 'memory'])

test('a suite that was measured again takes its own place, and the page can say so', () => {
  const fresh = resultOf('again', ['ring'], { startedAt: 'Tuesday', commit: 'bbb' })
  const merged = remeasure(known, fresh)
  expect(titles(merged)).toEqual([
    ...['ring by again', 'ring by again'],
    ...['memory by all', 'memory by all'],
  ])
  expect(merged).toMatchObject({ command: 'all', environment: { commit: 'aaa' } })
  expect(merged.remeasured).toEqual([
    { suites: ['ring'], command: 'again', startedAt: 'Tuesday', commit: 'bbb' },
  ])
})

test('of several times only the last one counts', () => {
  const once = remeasure(known, resultOf('once', ['ring']))
  const twice = remeasure(once, resultOf('twice', ['ring']))
  expect(twice.remeasured?.map(({ command }) => command)).toEqual(['twice'])
})

test('a whole run replaces everything', () => {
  const whole = resultOf('whole', ['ring', 'memory', 'shards'])
  expect(remeasure(remeasure(known, resultOf('once', ['ring'])), whole)).toBe(whole)
  expect(remeasure(undefined, whole)).toBe(whole)
})

test('what was measured elsewhere or otherwise is not mixed', () => {
  expect(() => remeasure(known, resultOf('again', ['ring'], { cpu: 'another' }))).toThrow(
    'another machine',
  )
  const quick = { ...resultOf('again', ['ring']), settings: settingsOf.quick }
  expect(() => remeasure(known, quick)).toThrow('other rounds')
})

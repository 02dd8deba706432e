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

const contender = (id: string) => ({
  id,
  label: id,
  role: 'peer' as const,
  placement: '',
  samples: [],
})

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
        participants: [contender('ours'), contender('peer')],
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

test('a server of another version is another thing; a suite without one fits to any', () => {
  expect(() => remeasure(known, resultOf('again', ['ring'], { server: 'Redis 8' }))).toThrow(
    'other versions',
  )
  expect(remeasure(known, resultOf('again', ['ring'], { server: 'none' })).remeasured).toHaveLength(
    1,
  )
})

test('a run of fewer contenders takes none off the page', () => {
  const fresh = resultOf('again', ['ring'])
  const cases = fresh.cases.map((one) => ({ ...one, participants: [contender('ours')] }))
  expect(() => remeasure(known, { ...fresh, cases })).toThrow('would lose peer')
})

test('a suite that is new stands behind the others', () => {
  expect(titles(remeasure(known, resultOf('again', ['ring', 'shards']))).slice(-1)).toEqual([
    'shards by again',
  ])
})

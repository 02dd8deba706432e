import { expect, test } from 'vitest'
import { allSteps, stepsWithoutServers } from '../../scripts/test/steps.mjs'

test('`npm run check` needs no server, and is the beginning of `npm test`', () => {
  const titles = stepsWithoutServers().map(({ title }) => title)
  expect(titles).toEqual(['lint', 'layers', 'types', 'unit tests'])
  expect(allSteps().map(({ title }) => title)).toEqual([
    ...titles,
    'server tests',
    'packaging',
    'chaos, short',
    'benchmarks, quick',
  ])
})

import { expect, test } from 'vitest'
import { allSteps, stepsWithoutServers } from '../../scripts/test/steps.mjs'

test('`npm run check` needs no server, and is the beginning of `npm test`', () => {
  const titles = stepsWithoutServers().map(({ title }) => title)
  expect(titles).toEqual(['lint', 'layers', 'types', 'unit tests'])
  const all = allSteps().map(({ title }) => title)
  expect(all.slice(0, titles.length)).toEqual(titles)
  expect(all).toEqual(expect.arrayContaining(['server tests', 'packaging', 'chaos, short']))
})

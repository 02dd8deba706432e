import { expect, test } from 'vitest'
import { UsageError } from '../cli/usage-error.js'
import { parseScript } from './parse-script.js'

test('reads every statement', () => {
  expect(
    parseScript(
      'crash shard-1; freeze; planned shard-2\nwait 1.5s; wait 300ms; restore; sync shard-3;',
    ),
  ).toEqual([
    { do: 'crash', shard: 'shard-1' },
    { do: 'freeze', shard: undefined },
    { do: 'planned', shard: 'shard-2' },
    { do: 'wait', time: 1500 },
    { do: 'wait', time: 300 },
    { do: 'restore', shard: undefined },
    { do: 'sync', shard: 'shard-3' },
  ])
})

test('reads repetitions inside of repetitions, and line ends for semicolons', () => {
  expect(parseScript('repeat 2 {\n  crash\n  repeat 3 { wait 1s }\n  restore\n}\nsync')).toEqual([
    {
      do: 'repeat',
      times: 2,
      body: [
        { do: 'crash', shard: undefined },
        { do: 'repeat', times: 3, body: [{ do: 'wait', time: 1000 }] },
        { do: 'restore', shard: undefined },
      ],
    },
    { do: 'sync', shard: undefined },
  ])
})

test.each([
  ['explode shard-1', '"explode" is neither a statement'],
  [' ; ', 'It is empty'],
  ['crash shard-1 shard-2', '"shard-2" where ";" should stand'],
  ['wait', 'takes a time such as 5s or 300ms.'],
  ['wait 5', 'got "5"'],
  ['repeat 0 { crash }', 'whole number from 1 and got "0"'],
  ['repeat { crash }', 'whole number from 1.'],
  ['repeat 2 crash', 'After "repeat N" comes "{"'],
  ['repeat 2 { crash', 'a "{" without its "}"'],
  ['repeat 2 { }', 'nothing to repeat'],
  ['crash }', 'a "}" without its "{"'],
])('says what is wrong with %j', (script, message) => {
  expect(() => parseScript(script)).toThrow(UsageError)
  expect(() => parseScript(script)).toThrow(message)
})

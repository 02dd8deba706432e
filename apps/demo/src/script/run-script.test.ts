import { expect, test } from 'vitest'
import { parseScript } from './parse-script.js'
import { ScriptRun } from './run-script.js'

const { signal } = new AbortController()

/** What a script asks for, in order. */
async function played(script: string): Promise<string[]> {
  const asked: string[] = []
  const conductor = {
    inject: async (kind: string, shard: string) => void asked.push(`${kind} ${shard}`),
    restore: async (shard = 'all') => void asked.push(`restore ${shard}`),
    sync: async (shard = 'all') => void asked.push(`sync ${shard}`),
  }
  await new ScriptRun(conductor, ['a', 'b', 'c']).run(parseScript(script), signal)
  return asked
}

test('faults without a shard go to one shard after the other', async () => {
  expect(await played('crash; crash b; freeze; planned; crash')).toEqual([
    'crash a',
    'crash b',
    'freeze b',
    'planned c',
    'crash a',
  ])
})

test('repetitions go on with the next shard; waits let time pass; the rest is as it stands', async () => {
  const start = performance.now()
  expect(await played('repeat 2 { crash; repeat 2 { restore; sync c } }; wait 30ms; sync')).toEqual(
    [
      'crash a',
      ...['restore all', 'sync c', 'restore all', 'sync c'],
      'crash b',
      ...['restore all', 'sync c', 'restore all', 'sync c'],
      'sync all',
    ],
  )
  expect(performance.now() - start).toBeGreaterThan(25)
})

test('a signal ends a script between statements and in a wait', async () => {
  const conductor = {
    inject: async () => {},
    restore: async () => abort.abort(new Error('enough')),
    sync: async () => {},
  }
  const abort = new AbortController()
  const run = new ScriptRun(conductor, ['a'])
  await expect(run.run(parseScript('restore; sync'), abort.signal)).rejects.toThrow('enough')
  await expect(run.run(parseScript('wait 600s'), abort.signal)).rejects.toThrow()
})

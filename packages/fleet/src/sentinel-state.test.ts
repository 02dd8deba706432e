import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSentinelView } from './sentinel-state.js'

const folder = mkdtempSync(join(tmpdir(), 'disredis-state-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'sentinel.conf')

test('the address and config-epoch of the named master are read', () => {
  writeFileSync(
    file,
    [
      'sentinel myid 3e28ac86',
      'sentinel monitor shard-10 127.0.0.1 7010 2',
      'sentinel config-epoch shard-10 10',
      '# sentinel monitor shard-1 127.0.0.1 1 2',
      'sentinel monitor shard-1 ::1 7001 2',
      'sentinel config-epoch shard-1 3',
    ].join('\n'),
  )
  expect(readSentinelView(file, 'shard-1')).toEqual({
    master: { host: '::1', port: 7001 },
    configEpoch: 3,
  })
  expect(readSentinelView(file, 'shard')).toBeUndefined()
})

test('a master without a failover has epoch 0', () => {
  writeFileSync(file, 'sentinel monitor a 127.0.0.1 7001 2\n')
  expect(readSentinelView(file, 'a')?.configEpoch).toBe(0)
})

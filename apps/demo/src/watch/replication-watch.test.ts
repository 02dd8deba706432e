import { expect, test } from 'vitest'
import { parseReplication } from './replication-watch.js'

test('offsets and states are read from INFO replication', () => {
  const info = [
    '# Replication',
    'role:master',
    'connected_slaves:2',
    'slave0:ip=127.0.0.1,port=6380,state=online,offset=1200,lag=0',
    'slave1:ip=::1,port=6381,state=wait_bgsave,offset=0,lag=3',
    'master_repl_offset:1234',
  ].join('\r\n')
  const { offset, replicas } = parseReplication(info, 7)
  expect(offset).toBe(1234)
  expect([...replicas]).toEqual([
    ['127.0.0.1:6380', { offset: 1200, state: 'online' }],
    ['[::1]:6381', { offset: 0, state: 'wait_bgsave' }],
  ])
})

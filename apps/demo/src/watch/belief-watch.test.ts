import { expect, test } from 'vitest'
import { parseBeliefs } from './belief-watch.js'

test('the master, its epoch and its flags are read whatever the order of the fields', () => {
  const reply = [
    ['name', 'a', 'ip', '127.0.0.1', 'port', '6379', 'flags', 'master', 'config-epoch', '4'],
    ['config-epoch', '0', 'flags', 'master,s_down', 'name', 'b', 'port', '6380', 'ip', '::1'],
  ]
  expect(parseBeliefs(reply)).toEqual({
    a: { master: '127.0.0.1:6379', epoch: 4, flags: 'master' },
    b: { master: '[::1]:6380', epoch: 0, flags: 'master,s_down' },
  })
  expect(parseBeliefs('OK')).toEqual({})
})

import { describe, expect, test } from 'vitest'
import { effectOfCall } from './command-effect.js'
import { commandInfo } from './command-info.js'

function effect(line: string): string {
  const [name, ...args] = line.split(' ')
  const info = commandInfo(name!)
  return effectOfCall(info.name, info.effect, args)
}

describe('what repeating a command would mean', () => {
  test.each([
    ['GET k', 'read'],
    ['HGETALL k', 'read'],
    ['ZRANGE k 0 -1', 'read'],
    ['EVAL_RO script 1 k', 'read'],
    ['SET k v', 'idempotent'],
    ['SET k v EX 10', 'idempotent'],
    ['set k v px 10', 'idempotent'],
    ['SET k v KEEPTTL', 'idempotent'],
    ['SET k EX EX 10', 'idempotent'],
    ['HSET k f v', 'idempotent'],
    ['DEL k', 'idempotent'],
    ['EXPIREAT k 1700000000', 'idempotent'],
    ['SET k v NX', 'once'],
    ['SET k v EX 10 XX', 'once'],
    ['SET k v GET', 'once'],
    ['EXPIREAT k 1700000000 GT', 'once'],
    ['INCR k', 'once'],
    ['RPUSH k v', 'once'],
    ['LPOP k', 'once'],
    ['APPEND k v', 'once'],
    ['XADD k * f v', 'once'],
    ['PUBLISH c m', 'once'],
    ['GETDEL k', 'once'],
    ['EVAL script 1 k', 'script'],
    ['FCALL f 1 k', 'script'],
    ['NOSUCHCOMMAND k', 'once'],
  ])('%s: %s', (line, expected) => {
    expect(effect(line)).toBe(expected)
  })
})

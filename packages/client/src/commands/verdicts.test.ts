import { describe, expect, test } from 'vitest'
import type { CommandEffect } from '../catalog/command-effect.js'
import { verdictOnLoss, verdictOnReply } from './verdicts.js'

const never = { retryWrites: 'never', isIdempotent: false } as const
const idempotent = { retryWrites: 'idempotent', isIdempotent: false } as const
const asserted = { retryWrites: 'never', isIdempotent: true } as const

describe('a command whose connection was lost before the reply', () => {
  test.each<[CommandEffect, typeof never | typeof idempotent | typeof asserted, string]>([
    ['read', never, 'send again'],
    ['idempotent', never, 'outcome unknown'],
    ['script', never, 'outcome unknown'],
    ['once', never, 'outcome unknown'],
    ['idempotent', idempotent, 'send again'],
    ['script', idempotent, 'outcome unknown'],
    ['once', idempotent, 'outcome unknown'],
    ['idempotent', asserted, 'send again'],
    ['script', asserted, 'send again'],
    ['once', asserted, 'outcome unknown'],
  ])('%s, sent, under %j: %s', (effect, policy, verdict) => {
    expect(verdictOnLoss(effect, policy, true)).toBe(verdict)
  })

  test.each<CommandEffect>(['read', 'idempotent', 'script', 'once'])(
    '%s that never left the process is sent again',
    (effect) => {
      expect(verdictOnLoss(effect, never, false)).toBe('send again')
    },
  )
})

describe('an error reply', () => {
  test.each([
    ["READONLY You can't write against a read only replica.", 'demoted', 'demoted'],
    [
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      'demoted',
      'demoted',
    ],
    ['LOADING Redis is loading the dataset in memory', 'later', 'later'],
    ['NOREPLICAS Not enough good replicas to write.', 'later', 'later'],
    ['BUSY Redis is busy running a script.', 'later', 'surface'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'surface', 'surface'],
    ['OOM command not allowed when used memory > maxmemory.', 'surface', 'surface'],
    ['MISCONF Redis is configured to save RDB snapshots', 'surface', 'surface'],
    ['NOPERM this user has no permissions', 'surface', 'surface'],
    [
      'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
      'demoted',
      'demoted',
    ],
    ['UNBLOCKED client unblocked via CLIENT UNBLOCK', 'surface', 'surface'],
    ['NOSCRIPT No matching script. Please use EVAL.', 'reload', 'reload'],
    ['NOSCRIPT of my own', 'surface', 'surface'],
    ['ERR', 'surface', 'surface'],
    ['READONLYISH', 'surface', 'surface'],
  ])('%s: %s for a read, %s for a write', (message, read, write) => {
    expect(verdictOnReply(message, true)).toBe(read)
    expect(verdictOnReply(message, false)).toBe(write)
  })
})

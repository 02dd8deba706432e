import { describe, expect, test } from 'vitest'
import type { CommandEffect } from '../catalog/command-effect.js'
import { commandInfo } from '../catalog/command-info.js'
import { type RefusalVerdict, verdictOnAbort, verdictOnLoss, verdictOnReply } from './verdicts.js'

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

const call = (name: string, isIdempotent = false) => ({
  info: commandInfo(name),
  policy: { isIdempotent },
})

const readonly = "READONLY You can't write against a read only replica."
const readonlyScript = 'READONLY Can not run script with write flag on readonly replica'
const noReplicas = 'NOREPLICAS Not enough good replicas to write.'
const masterDown =
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
const masterDownScript =
  "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script."
const loading = ['Redis', 'Valkey'].map(
  (name) => `LOADING ${name} is loading the dataset in memory`,
)
const busy = ['Redis', 'Valkey'].flatMap((name) => [
  `BUSY ${name} is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.`,
  `BUSY ${name} is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.`,
  `BUSY ${name} is busy running a module command.`,
])
const unblocked =
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)'
const noScript = ['NOSCRIPT No matching script. Please use EVAL.', 'NOSCRIPT No matching script.']
const raised = (message: string) => `${message} script: ${'a1'.repeat(20)}, on @user_script:1.`
const raisedBefore7 = (message: string) =>
  `ERR Error running script (call to f_${'a1'.repeat(20)}): @user_script:1: @user_script: 1: -${message} `

const refusals: [message: string, read: RefusalVerdict, write: RefusalVerdict][] = [
  [readonly, 'demoted', 'demoted'],
  [masterDown, 'demoted', 'demoted'],
  [unblocked, 'demoted', 'demoted'],
  [noReplicas, 'later', 'later'],
  ...loading.map((it) => [it, 'later', 'later'] as [string, 'later', 'later']),
  ...busy.map((it) => [it, 'later', 'surface'] as [string, 'later', 'surface']),
]

describe('an error reply', () => {
  test.each(refusals)('%s: %s for a read, %s for a write', (message, read, write) => {
    expect(verdictOnReply(message, call('get'))).toBe(read)
    expect(verdictOnReply(message, call('incr'))).toBe(write)
  })

  test.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots',
    'NOPERM this user has no permissions',
    'UNBLOCKED client unblocked via CLIENT UNBLOCK',
    'ERR',
    'READONLY',
    'READONLYISH',
    'LOADING another worker fills this key',
    'NOREPLICAS for this shard of mine',
    `${readonly} `,
    ` ${readonly}`,
    `${readonly}\n`,
    ...noScript,
  ])('%j is the answer to a plain command', (message) => {
    for (const name of ['get', 'incr', 'no.such']) {
      expect(verdictOnReply(message, call(name))).toBe('surface')
    }
  })

  describe('to a script', () => {
    const all = [readonlyScript, masterDownScript, ...refusals.map(([message]) => message)]

    test.each(all)('%s is the answer: the script may have said so', (message) => {
      for (const name of ['eval', 'EVALSHA', 'fcall']) {
        for (const words of [message, raised(message), raisedBefore7(message)]) {
          expect(verdictOnReply(words, call(name))).toBe('surface')
        }
      }
    })

    test.each([
      ...all.map((message) => [message, verdictOnReply(message, call('get'))] as const),
      [raised(readonly), 'demoted'],
      [raised(noReplicas), 'later'],
      [`${readonly} script: on @user_script:1.`, 'demoted'],
      [raisedBefore7(readonly), 'demoted'],
      [raisedBefore7(noReplicas), 'later'],
    ] as const)('%s: %s where the script may be repeated', (message, verdict) => {
      expect(verdictOnReply(message, call('eval_ro'))).toBe(verdict)
      expect(verdictOnReply(message, call('evalsha_ro'))).toBe(verdict)
      expect(verdictOnReply(message, call('fcall_ro'))).toBe(verdict)
      const isOfWrites = !message.startsWith('BUSY')
      expect(verdictOnReply(message, call('eval', true))).toBe(isOfWrites ? verdict : 'surface')
    })

    test.each(noScript)('%s: sent again with the script', (message) => {
      expect(verdictOnReply(message, call('evalsha'))).toBe('reload')
      expect(verdictOnReply(raised(message), call('evalsha'))).toBe('surface')
      expect(verdictOnReply('NOSCRIPT of my own', call('evalsha'))).toBe('surface')
    })
  })

  test('that aborted a transaction is the reason that EXEC tells, or the one of a queued command', () => {
    const aborted = (reason: string) => `EXECABORT Transaction discarded because of: ${reason}`
    expect(verdictOnAbort(aborted(readonly))).toBe('demoted')
    expect(verdictOnAbort(aborted(noReplicas))).toBe('later')
    expect(verdictOnAbort(noReplicas)).toBe('later')
    expect(verdictOnAbort(aborted("OOM command not allowed when used memory > 'maxmemory'."))).toBe(
      'surface',
    )
    expect(verdictOnAbort('EXECABORT Transaction discarded because of previous errors.')).toBe(
      'surface',
    )
  })
})

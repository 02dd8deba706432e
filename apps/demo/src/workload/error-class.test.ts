import { OutcomeUnknownError, ShardDownError } from '@disredis/client'
import { ReplyError } from 'ioredis'
import { expect, test } from 'vitest'
import { errorClass, fateOf } from './error-class.js'

test('only an error that says so leaves the outcome of a write open', () => {
  expect(fateOf(new OutcomeUnknownError('', { mayHaveExecuted: true }))).toBe('unknown')
  expect(fateOf(new ShardDownError(''))).toBe('refused')
  expect(fateOf(new ReplyError('OOM command not allowed'))).toBe('refused')
})

test('classes are names of errors, and the codes of error replies', () => {
  expect(errorClass(new ShardDownError('text'))).toBe('ShardDownError')
  expect(errorClass(new ReplyError('OOM command not allowed'))).toBe('ReplyError OOM')
})

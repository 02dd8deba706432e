import { expect, test } from 'vitest'
import { auditPage } from '../verification/audit-page.js'
import { type Fate, Page } from './page.js'

function pageOf(fates: readonly (Fate | 'pending')[]): Page {
  const page = new Page('key')
  for (const [i, fate] of fates.entries()) {
    page.begin(i + 1)
    if (fate !== 'pending') page.settle(i + 1, fate)
  }
  return page
}

const clean = { lost: 0, duplicated: 0, executedThoughRefused: 0, strangers: 0 }

test('writes that are all there are verified', () => {
  const page = pageOf(['acknowledged', 'acknowledged'])
  expect(auditPage(page, 2, ['2', '1'])).toEqual({ ...clean, covered: 2, verified: 2 })
})

test('an acknowledged write that is not there is lost', () => {
  const page = pageOf(['acknowledged', 'acknowledged', 'acknowledged'])
  expect(auditPage(page, 3, ['1', '3'])).toEqual({ ...clean, covered: 3, verified: 2, lost: 1 })
})

test('a write that is there twice is a duplicate, whatever its fate', () => {
  const page = pageOf(['acknowledged', 'unknown'])
  expect(auditPage(page, 1, ['1', '2', '1', '2', '2'])).toMatchObject({
    verified: 1,
    duplicated: 3,
  })
})

test('writes whose outcome is unknown or pending may be there or not', () => {
  const page = pageOf(['unknown', 'unknown', 'pending', 'pending'])
  expect(auditPage(page, 0, ['1', '3'])).toEqual({ ...clean, covered: 0, verified: 0 })
})

test('a write that was reported as not executed must not be there', () => {
  expect(auditPage(pageOf(['refused', 'refused']), 0, ['1'])).toMatchObject({
    executedThoughRefused: 1,
  })
})

test('what nobody wrote is a stranger', () => {
  expect(auditPage(pageOf(['acknowledged']), 1, ['1', '7', 'x'])).toMatchObject({ strangers: 2 })
})

test('a write that was acknowledged after the list was asked for is not missed', () => {
  expect(auditPage(pageOf(['acknowledged', 'acknowledged']), 1, ['1'])).toMatchObject({ lost: 0 })
})

test('a page is proven once an audit covers all of it, until a write or a fault comes', () => {
  const page = pageOf(['acknowledged', 'pending'])
  const audit = () => page.audited(auditPage(page, page.acknowledged.length, ['1', '2', '3']))
  audit()
  expect(page.isProven).toBe(false)
  page.settle(2, 'unknown')
  audit()
  expect(page.isProven).toBe(true)
  page.doubt()
  expect(page.isProven).toBe(false)
  audit()
  page.begin(3)
  expect(page.isProven).toBe(false)
})

test('an id is used once and settled once', () => {
  const page = pageOf(['acknowledged'])
  expect(() => page.begin(1)).toThrow('was used before')
  expect(() => page.settle(1, 'refused')).toThrow('is not pending')
})

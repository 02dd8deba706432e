import { expect, test } from 'vitest'
import { auditPage } from '../verification/audit-page.js'
import { PageRetirement } from '../verification/page-retirement.js'
import { WriteLedger } from './write-ledger.js'

function newLedger() {
  let keys = 0
  return new WriteLedger(() => `key-${++keys}`)
}

/** Acknowledges so many writes. @returns what a server would hold, by key */
function write(ledger: WriteLedger, count: number) {
  const lists = new Map<string, string[]>()
  for (let i = 0; i < count; i++) {
    const entry = ledger.begin()
    ledger.settle(entry, 'acknowledged')
    lists.set(entry.page.key, [...(lists.get(entry.page.key) ?? []), `${entry.id}`])
  }
  return lists
}

function verify(ledger: WriteLedger, lists: ReadonlyMap<string, readonly string[]>) {
  for (const page of ledger.pages) {
    page.audited(auditPage(page, page.acknowledged.length, lists.get(page.key) ?? []))
  }
}

test('ids never repeat, and lists are of limited length', () => {
  const ledger = newLedger()
  const ids = Array.from({ length: 4_500 }, () => ledger.begin().id)
  expect(new Set(ids).size).toBe(4_500)
  expect(ledger.pages.map(({ key }) => key)).toEqual(['key-1', 'key-2', 'key-3'])
})

test('counts writes by their fate', () => {
  const ledger = newLedger()
  write(ledger, 3)
  ledger.settle(ledger.begin(), 'unknown')
  ledger.settle(ledger.begin(), 'refused')
  ledger.begin()
  expect(ledger.totals()).toMatchObject({
    issued: 6,
    acknowledged: 3,
    unknown: 1,
    refused: 1,
    pending: 1,
    verified: 0,
  })
})

test('adds up what was found on all pages', () => {
  const ledger = newLedger()
  const lists = write(ledger, 2_100)
  lists.get('key-1')?.pop()
  lists.get('key-2')?.push('2001')
  verify(ledger, lists)
  expect(ledger.totals()).toMatchObject({ verified: 2_099, lost: 1, duplicated: 1 })
})

test('a page that stayed proven is retired, and its figures stay', () => {
  const ledger = newLedger()
  const retirement = new PageRetirement(1_000)
  const lists = write(ledger, 4_100)
  lists.get('key-1')?.pop()
  verify(ledger, lists)
  expect(retirement.retire(ledger, 0)).toEqual([])
  expect(retirement.retire(ledger, 999)).toEqual([])
  const before = ledger.totals()
  expect(retirement.retire(ledger, 1_000)).toEqual(['key-1', 'key-2'])
  expect(ledger.pages.map(({ key }) => key)).toEqual(['key-3'])
  expect(ledger.totals()).toEqual(before)
})

test('a fault makes every page wait anew for its retirement', () => {
  const ledger = newLedger()
  const retirement = new PageRetirement(1_000)
  const lists = write(ledger, 2_100)
  verify(ledger, lists)
  retirement.retire(ledger, 0)
  ledger.doubt()
  expect(retirement.retire(ledger, 1_500)).toEqual([])
  verify(ledger, lists)
  expect(retirement.retire(ledger, 1_600)).toEqual([])
  expect(retirement.retire(ledger, 2_600)).toEqual(['key-1'])
})

test('a page that is not proven cannot be retired', () => {
  const ledger = newLedger()
  const { page } = ledger.begin()
  expect(() => ledger.retire(page)).toThrow('key-1 is not proven')
})

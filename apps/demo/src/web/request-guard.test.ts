import { expect, test } from 'vitest'
import { whyRefused } from './request-guard.js'

const host = '127.0.0.1:4600'

test.each([
  ['a page load', 'GET', { host }, undefined],
  ['the other name of this machine', 'GET', { host: 'localhost:4600' }, undefined],
  ['a name that somebody points here', 'GET', { host: 'evil.example:4600' }, /This server is not/],
  ['a form of its own', 'POST', { host, origin: `http://${host}` }, undefined],
  ['a program without an origin', 'POST', { host }, undefined],
  ['a form elsewhere', 'POST', { host, origin: 'http://evil.example' }, /Another origin/],
  ['a form on another port', 'POST', { host, origin: 'http://127.0.0.1:1' }, /Another origin/],
  ['a sandboxed frame', 'POST', { host, origin: 'null' }, /Another origin/],
  ['what the browser calls cross-site', 'DELETE', { host, 'sec-fetch-site': 'cross-site' }, /site/],
])('%s', (_, method, headers, expected) => {
  const reason = whyRefused({ method, headers }, true)
  if (expected === undefined) expect(reason).toBeUndefined()
  else expect(reason).toMatch(expected)
})

test('a server for everybody answers to any name', () => {
  expect(whyRefused({ method: 'GET', headers: { host: 'demo.example' } }, false)).toBeUndefined()
})

import fastifyCookie from '@fastify/cookie'
import { afterEach, expect, test, vi } from 'vitest'
import { rememberingSigner } from './remembering-signer.js'

afterEach(() => {
  vi.restoreAllMocks()
})

const secret = 'x'.repeat(32)
const older = 'y'.repeat(32)
const plain = new fastifyCookie.Signer([secret, older])

test('signs and verifies as the signer of @fastify/cookie does, also what it remembers', () => {
  const signer = rememberingSigner([secret, older], undefined)
  const cookie = plain.sign('id')
  expect(signer.unsign(cookie)).toEqual({ valid: true, renew: false, value: 'id' })
  expect([signer.sign('id'), signer.sign('id'), signer.sign('other')]).toEqual([
    ...[cookie, cookie],
    plain.sign('other'),
  ])
})

test('what was signed with an older secret is signed anew', () => {
  const signer = rememberingSigner([secret, older], undefined)
  const cookie = new fastifyCookie.Signer(older).sign('id')
  expect(signer.unsign(cookie)).toMatchObject({ valid: true, renew: true })
  expect(signer.sign('id')).toBe(plain.sign('id'))
})

test('a forged signature is refused, and never given out', () => {
  const signer = rememberingSigner(secret, 'sha256')
  expect(signer.unsign('id.forged')).toMatchObject({ valid: false })
  expect(signer.sign('id')).toBe(new fastifyCookie.Signer(secret).sign('id'))
})

test('an id that was verified is not signed once more, unless a thousand came after it', () => {
  const signings = vi.spyOn(fastifyCookie.Signer.prototype, 'sign')
  const signer = rememberingSigner(secret, undefined)
  const cookies = Array.from({ length: 1_001 }, (_, i) => plain.sign(`id-${i}`))
  for (const cookie of cookies) signer.unsign(cookie)
  signings.mockClear()
  expect(signer.sign('id-1000')).toBe(cookies[1_000])
  expect(signings).not.toHaveBeenCalled()
  expect(signer.sign('id-0')).toBe(cookies[0])
  expect(signings).toHaveBeenCalledOnce()
})

test("an application's own signer is left alone", () => {
  const own = { sign: () => 'a', unsign: () => ({ valid: true, renew: false, value: 'id' }) }
  expect(rememberingSigner(own, undefined)).toBe(own)
})

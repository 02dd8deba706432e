import fastifyCookie from '@fastify/cookie'
import { expect, test } from 'vitest'
import { rememberingSigner } from './remembering-signer.js'

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

test('any number of sessions is verified without growing', () => {
  const signer = rememberingSigner(secret, undefined)
  for (let i = 0; i < 2_500; i++) signer.unsign(plain.sign(`id-${i}`))
  for (const id of ['id-0', 'id-2499']) expect(signer.sign(id)).toBe(plain.sign(id))
})

test("an application's own signer is left alone", () => {
  const own = { sign: () => 'a', unsign: () => ({ valid: true, renew: false, value: 'id' }) }
  expect(rememberingSigner(own, undefined)).toBe(own)
})

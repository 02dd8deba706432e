import fc from 'fast-check'
import { expect, test } from 'vitest'
import { log2, ONE } from './log2.js'

const integer = fc.integer({ min: 1, max: 2 ** 32 })

/** ALGORITHM.md to the letter, on integers of any size. */
function log2fix(x: bigint): bigint {
  const exponent = BigInt(x.toString(2).length - 1)
  let m = (x << 25n) >> exponent
  let fraction = 0n
  for (let i = 0; i < 25; i++) {
    m = (m * m) >> 25n
    fraction *= 2n
    if (m >= 1n << 26n) {
      m >>= 1n
      fraction += 1n
    }
  }
  return (exponent << 25n) + fraction
}

test('the result is exactly what ALGORITHM.md defines', () => {
  fc.assert(
    fc.property(integer, (x) => {
      expect(log2(x)).toBe(Number(log2fix(BigInt(x))))
    }),
    { numRuns: 5000 },
  )
})

test('powers of two are exact', () => {
  for (let exponent = 0; exponent <= 32; exponent++) {
    expect(log2(2 ** exponent)).toBe(exponent * ONE)
  }
})

test('the result is below the true logarithm by less than five units', () => {
  fc.assert(
    fc.property(integer, (x) => {
      const error = Math.log2(x) * ONE - log2(x)
      expect(error).toBeGreaterThan(-1e-5)
      expect(error).toBeLessThan(5)
    }),
    { numRuns: 5000 },
  )
})

test('a larger number never has a smaller logarithm', () => {
  fc.assert(
    fc.property(integer, fc.integer({ min: 0, max: 1000 }), (x, step) => {
      expect(log2(Math.min(x + step, 2 ** 32))).toBeGreaterThanOrEqual(log2(x))
    }),
    { numRuns: 5000 },
  )
})

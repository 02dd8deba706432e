const FRACTION_BITS = 25

/** One in the fixed-point numbers that {@link log2} returns. */
export const ONE = 2 ** FRACTION_BITS

/**
 * log2(x) for an integer x from 1 to 2^32, times 2^25, rounded down: at most the true value, and never
 * smaller for a larger x.
 *
 * `Math.log2` may differ in its last bits between engines, and a placement may not. This is the
 * schoolbook method, one bit of the logarithm per squaring. Every intermediate value is an integer
 * below 2^52 or one divided by a power of two: exact in a double.
 */
export function log2(x: number): number {
  let result = FRACTION_BITS
  let mantissa = x
  for (; mantissa < ONE; mantissa *= 2) result--
  for (; mantissa >= 2 * ONE; mantissa = Math.floor(mantissa / 2)) result++
  for (let i = 0; i < FRACTION_BITS; i++) {
    mantissa = Math.floor((mantissa * mantissa) / ONE)
    const bit = mantissa >>> (FRACTION_BITS + 1)
    mantissa >>>= bit
    result = 2 * result + bit
  }
  return result
}

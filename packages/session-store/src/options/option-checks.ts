import { SessionOptionError } from '../errors.js'

/** @throws SessionOptionError unless `value` is a whole number from `least` to `most`. */
export function whole(option: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) {
    return Math.min(value, most)
  }
  throw refused(option, value, `a whole number of at least ${least}`)
}

/** @throws SessionOptionError */
export function flag(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw refused(option, value, 'true or false')
}

/**
 * Checks that an object has what will be called of it.
 *
 * @throws SessionOptionError
 */
export function withMethods<Value>(
  option: string,
  value: Value,
  methods: readonly string[],
  takes: string,
): Value {
  const object = (value ?? {}) as Record<string, unknown>
  if (methods.every((method) => typeof object[method] === 'function')) return value
  throw refused(option, value, takes)
}

/** An error that names the option, what it got and what it takes. Never a secret: no object is shown. */
export function refused(option: string, value: unknown, takes: string): SessionOptionError {
  const got =
    typeof value === 'number' || typeof value === 'string' || value === null
      ? String(value)
      : typeof value
  return new SessionOptionError(`Option ${option} is ${got}; it takes ${takes}`)
}

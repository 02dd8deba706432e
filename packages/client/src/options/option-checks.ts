import { InvalidOptionError } from '@disredis/sentinel'

/** The longest that a timer of Node can be set to. */
const longestTime = 2 ** 31 - 1

export function milliseconds(option: string, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && value >= 1 && value <= longestTime) return value
  throw new InvalidOptionError(`\`${option}\` takes 1 to ${longestTime} ms, not ${shown(value)}`)
}

export function count(option: string, value: unknown, byDefault: number, least: number): number {
  if (value === undefined) return byDefault
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw new InvalidOptionError(
    `\`${option}\` takes a whole number from ${least}, not ${shown(value)}`,
  )
}

export function flag(option: string, value: unknown, byDefault: boolean): boolean {
  if (value === undefined) return byDefault
  if (typeof value === 'boolean') return value
  throw new InvalidOptionError(`\`${option}\` takes true or false, not ${shown(value)}`)
}

/** Never shows the value: it may be a password. */
export function text(option: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new InvalidOptionError(`\`${option}\` takes a string, not ${typeof value}`)
}

export function word(option: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault
  if (typeof value === 'string' && /^\w{1,64}$/u.test(value)) return value
  throw new InvalidOptionError(
    `\`${option}\` takes 1 to 64 letters, digits and _, not ${shown(value)}`,
  )
}

/** The first of `values` is the default. */
export function oneOf<const T extends string | number | false>(
  option: string,
  value: unknown,
  values: readonly [T, ...T[]],
): T {
  if (value === undefined) return values[0]
  if (values.includes(value as T)) return value as T
  throw new InvalidOptionError(`\`${option}\` takes ${values.join(' or ')}, not ${shown(value)}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

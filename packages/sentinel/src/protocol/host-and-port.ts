import { isIPv6 } from 'node:net'

/** A host name or an IP address without brackets. */
export function isHost(value: unknown): value is string {
  return typeof value === 'string' && (isIPv6(value) || /^[^\s,:/?#@[\]]+$/u.test(value))
}

export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535
}

import { isIP, isIPv6 } from 'node:net'

/** A host name or an IP address without brackets. */
export function isHost(value: unknown): value is string {
  if (typeof value !== 'string') return false
  return value.includes(':') ? isIPv6(value) : /^[^\s,/?#@[\]]+$/u.test(value)
}

export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535
}

/** `0.0.0.0`, `::` and their other spellings: a system that dials it reaches itself. */
export function isUnspecified(host: string): boolean {
  if (!host.includes(':') || !isIPv6(host)) return /^0+(?:\.0+){0,3}$/u.test(host)
  return (
    /^[0:]+$/u.test(host) ||
    /^(?:0*:)*(?:ffff:)?0+(?:\.0+){3}$/iu.test(host) ||
    /^(?:0*:)*ffff:0+:0+$/iu.test(host)
  )
}

/** Of this very machine, whatever machine that is. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return /^localhost\.?$/iu.test(host)
  return /^(?:::ffff:)?127\./iu.test(host) || /^(?:0*:)*0*1$/u.test(host)
}

import { isIPv6 } from 'node:net'
import { type Address, formatAddress } from '@disredis/connection'
import { InvalidAddressError } from '../errors.js'
import { isHost, isPort } from '../protocol/host-and-port.js'

/** Where a Sentinel listens by default. */
export const defaultSentinelPort = 26379

/**
 * Reads `h1:26379,h2`, `['h1', '[::1]:26379', { host, port }]` and their like. The port is 26379
 * where none is given; an address that is given twice is kept once, in the place of the first.
 *
 * @throws InvalidAddressError that names the part it cannot read
 */
export function parseSentinels(sentinels: string | readonly (string | Address)[]): Address[] {
  if (typeof sentinels !== 'string' && !Array.isArray(sentinels)) {
    throw new InvalidAddressError(
      `\`sentinels\` takes "host:port,host:port" or an array of addresses, not ${typeof sentinels}`,
    )
  }
  const parts = typeof sentinels === 'string' ? sentinels.split(',') : sentinels
  const addresses = new Map<string, Address>()
  parts.forEach((part, index) => {
    const address = readPart(part, `Sentinel address ${index + 1} of ${parts.length}`)
    const key = formatAddress(address)
    if (!addresses.has(key)) addresses.set(key, address)
  })
  if (addresses.size === 0) throw new InvalidAddressError('`sentinels` contains no address')
  return [...addresses.values()]
}

function readPart(part: string | Address, which: string): Address {
  return typeof part === 'string' ? readText(part.trim(), which) : readObject(part, which)
}

function readText(text: string, which: string): Address {
  if (text === '') throw new InvalidAddressError(`${which} is empty`)
  // It may hold a password: name its place, not its text.
  if (text.includes('@') || text.includes('://')) {
    throw new InvalidAddressError(`${which} is a URL; it takes "host" or "host:port"`)
  }
  if (isIPv6(text)) {
    throw new InvalidAddressError(`${which} is "${text}"; write an IPv6 address as "[${text}]"`)
  }
  const match = /^(?:\[(?<ipv6>.*)\]|(?<name>[^:]*))(?::(?<port>.*))?$/u.exec(text)
  const { ipv6, name, port } = match?.groups ?? {}
  const host = ipv6 ?? name
  if (!isHost(host) || (ipv6 !== undefined && !isIPv6(ipv6))) {
    throw new InvalidAddressError(
      `${which} is "${text}"; it takes "host", "host:port" or "[ipv6]:port"`,
    )
  }
  if (port === undefined) return Object.freeze({ host, port: defaultSentinelPort })
  const number = /^\d{1,5}$/u.test(port) ? Number(port) : 0
  if (!isPort(number)) {
    throw new InvalidAddressError(
      `${which} is "${text}"; the port must be 1 to 65535, not "${port}"`,
    )
  }
  return Object.freeze({ host, port: number })
}

function readObject(part: Address, which: string): Address {
  if (typeof part !== 'object' || part === null) {
    throw new InvalidAddressError(`${which} must be a string or { host, port }, not ${part}`)
  }
  const { host, port = defaultSentinelPort } = part
  if (!isHost(host))
    throw new InvalidAddressError(`${which} has no usable \`host\`: ${shown(host)}`)
  if (!isPort(port)) {
    throw new InvalidAddressError(`${which} has the port ${shown(port)}; it must be 1 to 65535`)
  }
  return Object.freeze({ host, port })
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.includes('@') ? 'a URL or the like' : text
}

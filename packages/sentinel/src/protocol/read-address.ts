import { type Address, formatAddress } from '@disredis/connection'
import { SentinelReplyError } from '../errors.js'
import { isHost, isPort } from './host-and-port.js'

/** From the address that a Sentinel names to the one to dial. */
export type NatMap =
  | Readonly<Record<string, Address>>
  /** Gets `host:port`; `null` keeps the address as it is. */
  | ((key: string) => Address | null)

/**
 * Makes the address to dial of what a Sentinel said.
 *
 * @throws SentinelReplyError for an empty host (Node would dial localhost) or a port that is none
 */
export type ReadAddress = (host: unknown, port: unknown) => Address

export function createAddressReader(natMap: NatMap | undefined): ReadAddress {
  return (host, port) => {
    const address = { host, port: typeof port === 'string' ? Number(port) : port }
    checkAddress(address, 'The Sentinel names the address')
    const dialled = translate(address, natMap)
    if (dialled === address) return Object.freeze(address)
    checkAddress(dialled, '`natMap` returned the address')
    return Object.freeze({ host: dialled.host, port: dialled.port })
  }
}

function checkAddress(
  value: { readonly host?: unknown; readonly port?: unknown },
  who: string,
): asserts value is Address {
  const { host, port } = value
  if (host === '') {
    // sentinel.c: what an instance has whose host name could not be resolved.
    throw new SentinelReplyError(`${who} with an empty host; can the Sentinel resolve the name?`)
  }
  if (isHost(host) && isPort(port)) return
  throw new SentinelReplyError(`${who} ${JSON.stringify(host)} with port ${JSON.stringify(port)}`)
}

/** The address to dial for one that a Sentinel named. */
function translate(address: Address, natMap: NatMap | undefined): Address {
  if (natMap === undefined) return address
  const key = formatAddress(address)
  if (typeof natMap === 'function') return natMap(key) ?? address
  return Object.hasOwn(natMap, key) ? natMap[key]! : address
}

import { type Address, formatAddress } from '@disredis/connection'
import { SentinelReplyError } from '../errors.js'
import { isHost, isPort, isUnspecified } from './host-and-port.js'

/** From the address that a Sentinel names to the one to dial. */
export type NatMap =
  | Readonly<Record<string, Address>>
  /** Gets `host:port`; `null` keeps the address as it is. */
  | ((key: string) => Address | null)

/**
 * Makes the address to dial of what a Sentinel said.
 *
 * @throws SentinelReplyError for an empty or unspecified host (Node.js would dial this machine), a port that
 * is none, and an address that is not allowed
 */
export type ReadAddress = (host: unknown, port: unknown) => Address

export interface AddressRules {
  readonly natMap?: NatMap | undefined
  readonly allowAddress?: ((address: Address) => boolean) | undefined
}

export function createAddressReader({ natMap, allowAddress }: AddressRules): ReadAddress {
  return (host, port) => {
    const address = { host, port: typeof port === 'string' ? Number(port) : port }
    checkAddress(address, 'The Sentinel names the address')
    const dialled = translateAddress(address, natMap)
    const isTranslated = dialled !== address
    if (isTranslated) checkAddress(dialled, '`natMap` returned the address')
    else if (isUnspecified(address.host)) {
      // What a node has that was told to bind to all addresses and announces none.
      throw new SentinelReplyError(
        `The Sentinel names the address ${formatAddress(address)}, which is the machine of whoever dials it; ` +
          'set replica-announce-ip and sentinel announce-ip, or map it with `natMap`',
      )
    }
    const result = Object.freeze({ host: dialled.host, port: dialled.port })
    if (allowAddress?.(result) === false) {
      throw new SentinelReplyError(
        `The Sentinel names the address ${formatAddress(result)}, which \`allowAddress\` refuses`,
      )
    }
    return result
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
export function translateAddress(address: Address, natMap: NatMap | undefined): Address {
  if (natMap === undefined) return address
  const key = formatAddress(address)
  if (typeof natMap === 'function') return natMap(key) ?? address
  return Object.hasOwn(natMap, key) ? natMap[key]! : address
}

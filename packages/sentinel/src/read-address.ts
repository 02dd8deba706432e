import type { Address } from './address.js'
import { SentinelReplyError } from './errors.js'
import { isHost, isPort } from './parse-sentinels.js'
import { type NatMap, translate } from './watcher-options.js'

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

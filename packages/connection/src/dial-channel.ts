import { type Address, formatAddress } from './address.js'
import { diagnosticChannel } from './diagnostic-channel.js'
import type { DialError, DialStage } from './errors.js'

/** Name of the `diagnostics_channel` on which every connection to a node tells how it is dialled. */
export const DIAL_CHANNEL = 'disredis:dial'

/** How far a dial has come, and the end of the connection that it led to. Holds no secrets. */
export type DialMessage = DialStep & {
  readonly address: Address
  /** ms since the dial began; of a connection that ended, since it was ready. */
  readonly duration: number
}

export type DialStep =
  | {
      /** A stage begins: the socket, TLS, the handshake. */
      readonly step: DialStage
    }
  | {
      /** The handshake is complete. */
      readonly step: 'ready'
      /** `redis`, `valkey`, ...; empty if the node does not tell. */
      readonly server: string
      readonly version: string
      /** `CLIENT ID`. */
      readonly id: number
    }
  | { readonly step: 'failed'; readonly stage: DialStage; readonly error: DialError }
  /** `error`: what ended it; undefined if either side closed it in order. */
  | { readonly step: 'closed'; readonly id: number; readonly error: Error | undefined }

export const dials = diagnosticChannel<DialMessage>(DIAL_CHANNEL, (message) => {
  const where = `dial ${formatAddress(message.address)}`
  const time = `after ${Math.round(message.duration)} ms`
  switch (message.step) {
    case 'ready': {
      const { server, version, id } = message
      return `${where} ready ${time}: ${server} ${version}, connection ${id}`
    }
    case 'failed':
      return `${where} failed ${time}: ${message.error.message}`
    case 'closed': {
      const why = message.error === undefined ? '' : `: ${message.error.message}`
      return `${where} connection ${message.id} closed ${time}${why}`
    }
    default:
      return `${where} ${message.step}`
  }
})

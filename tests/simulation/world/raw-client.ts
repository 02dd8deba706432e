import type { SimulatedSocket } from '../network/simulated-socket.js'
import type { ClientProcess } from './client-process.js'

/** A connection that sends commands and keeps what comes back, byte for byte. */
export class RawClient {
  readonly socket: SimulatedSocket
  received = ''
  isClosed = false
  error: Error | undefined

  constructor(process: ClientProcess, address: { readonly host: string; readonly port: number }) {
    this.socket = process.openSocket(address)
    this.socket.on('data', (chunk: Buffer) => {
      this.received += chunk.toString('latin1')
    })
    this.socket.on('error', (error: Error) => {
      this.error = error
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
  }

  send(...args: string[]): void {
    const parts = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`)
    this.socket.write(`*${args.length}\r\n${parts.join('')}`)
  }

  /** What has come since the last call. */
  take(): string {
    const text = this.received
    this.received = ''
    return text
  }
}

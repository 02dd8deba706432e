import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Address, SentinelReply } from '../../src/index.js'
import { ScriptedSentinel } from './scripted-sentinel.js'

/** A scripted Sentinel on a real port, for what only bytes on a real connection can show. */
export class RespServer implements AsyncDisposable {
  readonly sentinel: ScriptedSentinel
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Bytes in place of the answer to a command, by its name. */
  raw: (command: readonly string[]) => string | undefined = () => undefined

  private constructor(server: Server, address: Address) {
    this.#server = server
    this.sentinel = new ScriptedSentinel(address)
  }

  static async start(): Promise<RespServer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const self = new RespServer(server, Object.freeze({ host: '127.0.0.1', port }))
    server.on('connection', (socket) => self.#serve(socket))
    return self
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** Sends bytes that nobody asked for. */
  send(bytes: string): void {
    for (const socket of this.#sockets) socket.write(bytes)
  }

  publish(channel: string, payload: string): void {
    this.send(push(['message', channel, payload]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy())
    let input = ''
    socket.setEncoding('latin1').on('data', (bytes: string) => {
      input += bytes
      for (let next = parse(input); next !== undefined; next = parse(input)) {
        input = input.slice(next.length)
        socket.write(this.raw(next.command) ?? this.#answer(next.command))
      }
    })
  }

  #answer(command: readonly string[]): string {
    switch (command[0]!.toUpperCase()) {
      case 'HELLO':
        return encode(['proto', 3])
      case 'CLIENT':
        return '+OK\r\n'
      case 'SUBSCRIBE':
        return command
          .slice(1)
          .map((channel, index) => push(['subscribe', channel, index + 1]))
          .join('')
      default:
        return encode(this.sentinel.answer(command))
    }
  }
}

/** One command, as clients send it; `undefined` while it is incomplete. */
function parse(input: string): { command: string[]; length: number } | undefined {
  const count = /^\*(\d+)\r\n/.exec(input)
  if (count === null) return undefined
  const command: string[] = []
  let length = count[0].length
  for (let i = 0; i < Number(count[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(input.slice(length))
    if (size === null) return undefined
    const begin = length + size[0].length
    const end = begin + Number(size[1])
    if (input.length < end + 2) return undefined
    command.push(input.slice(begin, end))
    length = end + 2
  }
  return { command, length }
}

export function encode(reply: SentinelReply): string {
  if (reply === null) return '_\r\n'
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`
  if (reply instanceof Error) return `-${reply.message}\r\n`
  return `*${reply.length}\r\n${reply.map(encode).join('')}`
}

function push(items: readonly (string | number)[]): string {
  return `>${encode(items).slice(1)}`
}

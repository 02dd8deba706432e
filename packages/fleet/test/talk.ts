import { connect } from 'node:net'
import type { FleetNode } from '../src/index.js'
import { encodeCommand, ReplyError, ReplyParser } from '../src/resp.js'

/** What a client without any credentials of the fleet gets; error replies as their text. */
export function talk(node: FleetNode, ...commands: string[][]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(node.address.port, node.address.host)
    const parser = new ReplyParser()
    const replies: unknown[] = []
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('The server closed the connection')))
    socket.on('data', (chunk) => {
      for (const reply of parser.push(chunk)) {
        replies.push(reply instanceof ReplyError ? reply.message : reply)
      }
      if (replies.length < commands.length) return
      resolve(replies)
      socket.destroy()
    })
    socket.write(Buffer.concat(commands.map(encodeCommand)))
  })
}

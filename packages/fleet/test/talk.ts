import { Connection, openSocket, systemRuntime } from '@disredis/connection'
import type { FleetNode } from '../src/index.js'

interface TlsClient {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

/** What a client without any credentials of the fleet gets; error replies as their text. */
export async function talk(node: FleetNode, ...commands: string[][]): Promise<unknown[]> {
  return talkWith(node, undefined, commands)
}

/** The same over TLS. */
export async function talkOverTls(
  node: FleetNode,
  tls: TlsClient,
  ...commands: string[][]
): Promise<unknown[]> {
  return talkWith(node, tls, commands)
}

async function talkWith(
  node: FleetNode,
  tls: TlsClient | undefined,
  commands: readonly string[][],
): Promise<unknown[]> {
  const { address } = node
  const stream = openSocket({ ...address, tls: tls && { ...tls }, lookup: undefined })
  const connection = new Connection(address, stream, { runtime: systemRuntime })
  try {
    return await Promise.all(
      commands.map(([name = '', ...args]) =>
        connection.request(name, ...args).catch((error: Error) => {
          if (error.name === 'ReplyError') return error.message
          throw error
        }),
      ),
    )
  } finally {
    connection.destroy()
  }
}

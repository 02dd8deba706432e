import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly port: number
  /** Ends the connections that there are, too. */
  close(): Promise<void>
}

/** Lets a server listen on a free port of 127.0.0.1. */
export async function listenOnLoopback(server: Server): Promise<LoopbackServer> {
  // The requests' agent reuses connections; one that is being given up, by default after 5 s, would reset them.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, port, close, [Symbol.asyncDispose]: close }
}

/** The parameters of a request's query. */
export function queryOf({ url }: { readonly url?: string | undefined }): URLSearchParams {
  return new URL(url ?? '/', 'http://localhost').searchParams
}

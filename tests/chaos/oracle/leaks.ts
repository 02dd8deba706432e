import type { Address } from '../address.js'

interface Handle {
  readonly type: string
  readonly localEndpoint?: { readonly port: number } | null
  readonly remoteEndpoint?: Address | null
}

/** Sockets of this process to any of `targets`, but for those whose local port is in `own`. */
export function openSockets(targets: readonly Address[], own: readonly number[]): string[] {
  const ports = new Set(targets.map(({ port }) => port))
  return handles().flatMap(({ type, localEndpoint, remoteEndpoint }) => {
    const isOurs =
      type === 'tcp' &&
      remoteEndpoint != null &&
      ports.has(remoteEndpoint.port) &&
      !own.includes(localEndpoint?.port ?? 0)
    return isOurs ? [`socket to ${remoteEndpoint.host}:${remoteEndpoint.port}`] : []
  })
}

/** Timers that keep the process alive. */
export function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length
}

function handles(): readonly Handle[] {
  // Without it a report asks the DNS for the name of each socket's address.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }
  report.excludeNetwork = true
  return (report.getReport() as unknown as { readonly libuv: readonly Handle[] }).libuv
}

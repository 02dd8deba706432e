import { createServer, type ServerResponse } from 'node:http'
import { SentinelWatcher } from '@disredis/sentinel'
import { CliError, UsageError } from '../cli-error.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { watcherOptions } from '../connection/watcher-options.js'
import { diagnose } from '../doctor/diagnose.js'
import { factsOf } from '../doctor/facts.js'
import { exitCode } from '../exit-code.js'
import { describeMetrics } from '../metrics/describe-metrics.js'
import { contentType, exposition } from '../metrics/exposition.js'
import type { Run } from '../run.js'
import { collectSnapshot } from '../snapshot/collect-snapshot.js'

export interface MetricsFlags extends ConnectionFlags {
  readonly listen?: string
}

/** Prints once; with --listen it serves /metrics until it is told to end. */
export const metrics: Run<MetricsFlags> = async (flags, _operands, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const failovers = new Map<string, number>()
  const collect = async () => {
    const snapshot = await collectSnapshot(deployment)
    const options = { weights: deployment.weights }
    const findings = diagnose(snapshot, options)
    return exposition(describeMetrics(factsOf(snapshot, options), findings, failovers))
  }
  if (flags.listen === undefined) {
    terminal.print((await collect()).trimEnd())
    return exitCode.ok
  }
  const { host, port } = readListen(flags.listen)
  const watcher = new SentinelWatcher(watcherOptions(deployment))
  watcher.on('masterSwitched', ({ shard }) => {
    failovers.set(shard, (failovers.get(shard) ?? 0) + 1)
  })
  // The snapshot tells which Sentinels do not answer.
  watcher.on('sentinelError', () => {})
  // It goes on trying: a deployment that is down is what is to be seen here.
  const watching = watcher.start().catch((error: Error) => terminal.tell(error.message))

  let underWay: Promise<string> | undefined
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      answer(response, 404, 'See /metrics\n')
      return
    }
    // Scrapes that come together are answered by one look.
    underWay ??= collect().finally(() => {
      underWay = undefined
    })
    underWay.then(
      (text) => answer(response, 200, text, contentType),
      (error: Error) => answer(response, 500, `${error.message}\n`),
    )
  })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new CliError(`Cannot listen on ${flags.listen}: ${error.code}`, exitCode.usage)),
      )
      server.listen(port, host, resolve)
    })
    const { port: actual } = server.address() as { port: number }
    terminal.tell(`Serving http://${host}:${actual}/metrics; Ctrl-C stops.`)
    await new Promise<void>((resolve) => {
      if (terminal.signal.aborted) resolve()
      terminal.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    return exitCode.ok
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await watcher.close()
    await watching
  }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain') {
  response.writeHead(status, { 'content-type': type }).end(text)
}

function readListen(given: string): { host: string; port: number } {
  const match = /^(?:(?<host>\[[^\]]+\]|[^:]*):)?(?<port>\d{1,5})$/u.exec(given)
  const port = Number(match?.groups?.port)
  if (match === null || port > 65_535) {
    throw new UsageError(`--listen takes a port or host:port, not "${given}"`)
  }
  const host = match.groups?.host?.replace(/^\[|\]$/gu, '')
  return { host: host || '127.0.0.1', port }
}

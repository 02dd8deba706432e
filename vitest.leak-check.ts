import { beforeAll } from 'vitest'

/** Sockets, servers, child processes and file watches, in libuv's words: all must be given back. */
const handleTypes = new Set(['tcp', 'udp', 'process', 'fs_event'])

const deadline = 10_000
const pollInterval = 50

// Taken now: a test may leave fake timers and a fake clock behind.
const { setTimeout, performance } = globalThis

// vitest's own timers are unreferenced (limits, not counted) or gone in 100 ms (progress reports):
// none is alive while a setup file is evaluated, and the poll below outlasts them at the end.
const baseline = countResources()

// What hooks return is called after every afterAll, that of the first hook last; a setup file's is
// the first. So all hooks of the test file have closed by then what they close.
beforeAll(() => async () => {
  const giveUpAt = performance.now() + deadline
  while (leaks().length > 0) {
    if (performance.now() > giveUpAt) throw new Error(describeLeaks())
    await new Promise((resolve) => setTimeout(resolve, pollInterval))
  }
})

function leaks(): string[] {
  return [...countResources()].flatMap(([kind, count]) => {
    const extra = count - (baseline.get(kind) ?? 0)
    return extra > 0 ? [`${extra} ${kind}`] : []
  })
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  // libuv has one timer for all of Node's: those that keep the process alive are listed elsewhere.
  const timers = process.getActiveResourcesInfo().filter((type) => type === 'Timeout')
  for (const kind of [...timers, ...openHandles().map(({ type }) => type)]) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

interface Endpoint {
  readonly host: string
  readonly port: number
}

interface Handle {
  readonly type: string
  readonly pid?: number
  readonly localEndpoint?: Endpoint | null
  readonly remoteEndpoint?: Endpoint | null
}

/** Read from a report, because `getActiveResourcesInfo()` leaves out what has been `unref()`ed. */
function openHandles(): Handle[] {
  // Without it a report asks the DNS for the name of each socket's address.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }
  report.excludeNetwork = true
  const { libuv } = report.getReport() as unknown as { libuv: readonly Handle[] }
  return libuv.filter(({ type }) => handleTypes.has(type))
}

function describeLeaks(): string {
  return [
    `This test file leaked: ${leaks().join(', ')} (still open ${deadline / 1000} s after its end).`,
    'Close what the tests open: await using, close(), kill().',
    ...openHandles().map(describeHandle),
  ].join('\n')
}

function describeHandle({ type, pid, localEndpoint, remoteEndpoint }: Handle): string {
  const parts = [`  ${type}`]
  if (pid !== undefined) parts.push(`pid ${pid}`)
  if (localEndpoint) parts.push(`${localEndpoint.host}:${localEndpoint.port}`)
  if (remoteEndpoint) parts.push(`-> ${remoteEndpoint.host}:${remoteEndpoint.port}`)
  return parts.join(' ')
}

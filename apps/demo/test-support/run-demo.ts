import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run } from '../src/run.js'

export interface DemoRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface DemoSurroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Called with what stderr gets, as it comes. */
  readonly onProgress?: (text: string) => void
}

/** The demo as `npm start -- ARGS` runs it, with pipes in place of a terminal. */
export async function runDemo(
  args: readonly string[],
  { env = {}, signal, onProgress = () => {} }: DemoSurroundings = {},
): Promise<DemoRun> {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  stderr.on('data', (chunk: Buffer) => onProgress(chunk.toString()))
  const outputs = Promise.all([text(stdout), text(stderr)])
  const code = await run({
    args,
    env,
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: signal ?? new AbortController().signal,
  })
  stdout.end()
  stderr.end()
  const [out, err] = await outputs
  return { code, stdout: out, stderr: err }
}

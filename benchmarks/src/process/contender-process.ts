import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { JobContext, JobSpec } from '../jobs/job.js'
import type { Sample } from '../measure/metrics.js'
import type { Answer, Request } from './messages.js'

/** In ms, on top of what the request itself takes: catches a hang, not a slow machine. */
const answerDeadline = 60_000
const keptLogLength = 4000

/** A contender answered wrongly, crashed, or did not answer. The message holds its own words. */
export class ContenderError extends Error {
  override readonly name = 'ContenderError'
}

export interface ProcessOptions {
  /** Folder for CPU and heap profiles of the process, named after its label. */
  readonly profileFolder?: string | undefined
}

/** A contender in a process of its own, so that no contender's heap or JIT touches another's. */
export class ContenderProcess {
  readonly #label: string
  readonly #child: ChildProcess
  #log = ''

  private constructor(label: string, options: ProcessOptions) {
    this.#label = label
    this.#child = fork(new URL('./child.js', import.meta.url), {
      execArgv: nodeOptions(label, options),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-keptLogLength)
    }
    this.#child.stdout?.on('data', keep)
    this.#child.stderr?.on('data', keep)
  }

  /** Resolves when the job is connected and its keys are written. */
  static async start(
    label: string,
    job: JobSpec,
    context: JobContext,
    options: ProcessOptions = {},
  ): Promise<ContenderProcess> {
    const contender = new ContenderProcess(label, options)
    try {
      await contender.#ask({ kind: 'set-up', job, context }, 0)
    } catch (error) {
      contender.kill()
      throw error
    }
    return contender
  }

  /** @param duration in ms */
  async round(duration: number): Promise<Sample> {
    const { sample } = await this.#ask({ kind: 'round', duration }, duration)
    if (sample === undefined) throw new ContenderError(`${this.#label}: a round gave no figures`)
    return sample
  }

  /** Closes the client and waits for the process to end. */
  async close(): Promise<void> {
    const closed = once(this.#child, 'close')
    await this.#ask({ kind: 'tear-down' }, 0)
    await closed
  }

  /** Ends the process without a word; does nothing when it has ended. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #howItEnded(): string {
    const { exitCode, signalCode } = this.#child
    return `crashed (${signalCode ?? `exit code ${exitCode}`}): ${this.#log}`
  }

  #ask(request: Request, duration: number): Promise<Extract<Answer, { kind: 'done' }>> {
    return new Promise((resolve, reject) => {
      const fail = (what: string) => reject(new ContenderError(`${this.#label} ${what}`))
      const onMessage = (answer: Answer) => {
        settle()
        if (answer.kind === 'done') resolve(answer)
        else fail(`failed: ${answer.error}`)
      }
      const onClose = () => {
        settle()
        fail(this.#howItEnded())
      }
      if (this.#hasEnded()) return fail(this.#howItEnded())
      const deadline = setTimeout(() => {
        settle()
        fail(`did not answer "${request.kind}" in time: ${this.#log}`)
      }, duration + answerDeadline)
      const settle = () => {
        clearTimeout(deadline)
        this.#child.off('message', onMessage)
        this.#child.off('close', onClose)
      }
      this.#child.once('message', onMessage)
      this.#child.once('close', onClose)
      this.#child.send(request, (error) => {
        // The end of the process explains more than its broken channel, and is on its way.
        if (error !== null && this.#child.connected) {
          settle()
          fail(`could not be asked: ${error.message}`)
        }
      })
    })
  }
}

function nodeOptions(label: string, { profileFolder }: ProcessOptions): string[] {
  const options = ['--expose-gc']
  if (profileFolder === undefined) return options
  const name = label.replaceAll(/[^\w@.-]+/g, '-')
  return [
    ...options,
    ...['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}.cpuprofile`],
    ...['--heap-prof', `--heap-prof-dir=${profileFolder}`, `--heap-prof-name=${name}.heapprofile`],
  ]
}

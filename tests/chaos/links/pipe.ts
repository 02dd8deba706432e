import type { Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type Flow, openFlow, pieces, travelTime } from './flow.js'

/** Sees and may change what passes, before the flow does. */
export type Filter = (chunk: Buffer) => Buffer

/** Carries the bytes of one direction from one socket to another. */
export class Pipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #random: () => number
  readonly #waiting: { readonly chunk: Buffer | 'end'; readonly dueAt: number }[] = []
  #flow: Flow = openFlow
  #filter: Filter | undefined
  #isPumping = false
  #lastDueAt = 0
  #wake: (() => void) | undefined
  #hasSwallowed = false

  constructor(from: Socket, to: Socket, random: () => number) {
    this.#from = from
    this.#to = to
    this.#random = random
    from.on('data', (chunk: Buffer) => this.#take(chunk))
    from.on('end', () => this.#queue('end'))
    to.on('drain', () => this.#resume())
  }

  get flow(): Flow {
    return this.#flow
  }

  set flow(flow: Flow) {
    this.#flow = flow
    if (flow.hold === true) this.#from.pause()
    else this.#resume()
    this.#wake?.()
  }

  /** Bytes were lost, and the next ones would not be. */
  get hasHole(): boolean {
    return this.#hasSwallowed && this.#flow.swallow !== true
  }

  set filter(filter: Filter | undefined) {
    this.#filter = filter
  }

  #take(chunk: Buffer): void {
    if (this.#flow.swallow === true) {
      this.#hasSwallowed = true
      return
    }
    const passed = this.#filter === undefined ? chunk : this.#filter(chunk)
    if (passed.length === 0 || this.#to.destroyed) return
    const isDirect =
      this.#waiting.length === 0 &&
      this.#flow.hold !== true &&
      this.#flow.delay === undefined &&
      this.#flow.jitter === undefined &&
      this.#flow.slice === undefined
    if (!isDirect) this.#queue(passed)
    else if (!this.#to.write(passed)) this.#from.pause()
  }

  #queue(chunk: Buffer | 'end'): void {
    this.#lastDueAt = Math.max(
      this.#lastDueAt,
      performance.now() + travelTime(this.#flow, this.#random),
    )
    this.#waiting.push({ chunk, dueAt: this.#lastDueAt })
    if (!this.#isPumping) void this.#pump()
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const delay = next.dueAt - performance.now()
      if (delay > 0) await sleep(delay)
      await this.#whileHeld()
      if (this.#to.destroyed) {
        this.#waiting.length = 0
        break
      }
      if (next.chunk === 'end') this.#to.end()
      else await this.#send(next.chunk)
      this.#waiting.shift()
    }
    this.#isPumping = false
  }

  async #send(chunk: Buffer): Promise<void> {
    const parts = pieces(chunk, this.#flow)
    for (const [i, part] of parts.entries()) {
      // Two turns of the loop: one in which it is written, one in which it is read.
      if (i > 0) await nextTurn()
      await this.#whileHeld()
      if (this.#to.destroyed) return
      this.#to.write(part)
    }
  }

  async #whileHeld(): Promise<void> {
    while (this.#flow.hold === true && !this.#to.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        this.#to.once('close', resolve)
      })
    }
  }

  #resume(): void {
    if (this.#flow.hold !== true) this.#from.resume()
  }
}

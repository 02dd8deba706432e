import { Fifo } from '@disredis/connection'
import type { Command } from '../commands/command.js'
import { type QueueMessage, queues } from './queue-channel.js'

export interface QueueLimits {
  readonly maxCommands: number
  /** Bytes of arguments. */
  readonly maxBytes: number
}

/** Heap that a queued command takes besides its arguments, in bytes: measured, rounded up. */
const overhead = 800

/**
 * The commands of a shard that wait for a master, in the order of their issue. Those that a
 * connection handed back come before those that were never written; they are admitted in any case.
 */
export class CommandQueue {
  readonly #limits: QueueLimits
  readonly #shard: string | undefined
  readonly #isLane: boolean
  readonly #waiting = new Fifo<Command>()
  #returned: Command[] = []
  #isReturnedSorted = true
  #length = 0
  #bytes = 0

  /** @param shard undefined: that of commands whose shard is not known yet */
  constructor(limits: QueueLimits, shard?: string, isLane = false) {
    this.#limits = limits
    this.#shard = shard
    this.#isLane = isLane
  }

  get length(): number {
    return this.#length
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * False if the queue is full; the command is not queued then.
   *
   * @param isLimited false: the master takes what waits as fast as the link allows
   */
  push(command: Command, isLimited = true): boolean {
    const bytes = sizeOf(command)
    const { maxCommands, maxBytes } = this.#limits
    const isFull = this.#length >= maxCommands || this.#bytes + bytes > maxBytes
    if (isLimited && isFull) {
      this.#tell('full')
      return false
    }
    this.#waiting.push(command)
    this.#admit(command, bytes)
    return true
  }

  /** Takes back a command that was handed to a connection and not executed. */
  giveBack(command: Command): void {
    this.#returned.push(command)
    this.#isReturnedSorted = false
    this.#admit(command, sizeOf(command))
  }

  /** The next command in order of issue. */
  shift(): Command | undefined {
    this.#sortReturned()
    for (;;) {
      const command = this.#returned.length > 0 ? this.#returned.pop() : this.#waiting.shift()
      if (command === undefined) return undefined
      if (command.isSettled) continue
      this.#dismiss(command)
      return command
    }
  }

  /** A queued command was settled where it stands: its place and bytes are free at once. */
  forget(command: Command): void {
    this.#dismiss(command)
    while (this.#waiting.peek()?.isSettled) this.#waiting.shift()
    if (this.#length === 0) this.#returned = []
  }

  /** The oldest stands at the end, where it is taken from. */
  #sortReturned(): void {
    if (this.#isReturnedSorted) return
    this.#isReturnedSorted = true
    this.#returned.sort((a, b) => b.sequence - a.sequence)
  }

  #admit(command: Command, bytes: number): void {
    command.queue = this
    command.queuedBytes = bytes
    this.#length++
    this.#bytes += bytes
    if (this.#length === 1) this.#tell('waiting')
  }

  #dismiss(command: Command): void {
    this.#length--
    this.#bytes -= command.queuedBytes ?? 0
    command.queue = undefined
    command.queuedBytes = 0
    if (this.#length === 0) this.#tell('drained')
  }

  #tell(step: QueueMessage['step']): void {
    if (!queues.hasSubscribers) return
    queues.publish({
      step,
      shard: this.#shard,
      isLane: this.#isLane,
      commands: this.#length,
      bytes: this.#bytes,
    })
  }
}

function sizeOf(command: Command): number {
  let bytes = overhead
  for (const arg of command.args) bytes += arg.length
  return bytes
}

import { channel } from 'node:diagnostics_channel'
import type { Address } from '@disredis/connection'

/** What is told of a command. */
interface Told {
  readonly info: { readonly name: string }
  readonly members?: readonly Told[]
  readonly isInPipeline?: boolean
}

interface Carrier {
  readonly address: Address
  readonly db: number
}

/** Name of the `diagnostics_channel` on which every command is told when it is written, before `COMMAND_CHANNEL`. */
export const COMMAND_START_CHANNEL = 'disredis:command:start'

/** Name of the `diagnostics_channel` on which every command is told when it has its answer or error. */
export const COMMAND_CHANNEL = 'disredis:command'

/** A command, MULTI to EXEC, or a pipeline. The same object at its start and at its end. Holds no arguments. */
export class CommandMessage {
  /** In lower case, as the server knows it; `multi` or `pipeline`. */
  readonly command: string
  /** Of MULTI and pipelines whose commands are all the same: that one. */
  readonly member: string | undefined
  /** Of MULTI and pipelines: how many commands were called. */
  readonly size: number | undefined
  /** It is one of the commands of a pipeline, which is told as a whole as well. */
  readonly isInPipeline: boolean
  /** Where it was written first; the same object for all commands of a connection. Undefined of a pipeline. */
  readonly address: Address | undefined
  readonly database: number
  readonly #start: Turn
  #end: Turn
  /** Why its promise was rejected. A pipeline has none: its commands have their own. */
  error: Error | undefined = undefined

  constructor(
    command: string,
    address: Address | undefined,
    database: number,
    members: readonly Told[] | undefined,
    isInPipeline: boolean,
  ) {
    this.command = command
    this.member = members && commonName(members)
    this.size = members?.length
    this.isInPipeline = isInPipeline
    this.address = address
    this.database = database
    this.#start = currentTurn()
    this.#end = this.#start
  }

  /** ms, as `performance.now()`; read once in a turn of the event loop. */
  get startedAt(): number {
    return this.#start.time
  }

  /** ms from the first write to the settled promise; 0 at the start. */
  get duration(): number {
    return this.#end.time - this.#start.time
  }

  /** @internal */
  end(error: Error | undefined): void {
    this.#end = currentTurn()
    this.error = error
  }
}

const starts = channel(COMMAND_START_CHANNEL)
const ends = channel(COMMAND_CHANNEL)

/** Somebody wants to be told of commands. */
export function isHeard(): boolean {
  return ends.hasSubscribers || starts.hasSubscribers
}

/** A command is being written. Once: what is sent again is the same command. */
export function commandBegins(
  { info, members, isInPipeline = false }: Told,
  { address, db }: Carrier,
): CommandMessage {
  return begin(new CommandMessage(info.name, address, db, members, isInPipeline))
}

export function pipelineBegins(commands: readonly Told[]): CommandMessage {
  return begin(new CommandMessage('pipeline', undefined, 0, commands, false))
}

export function commandEnds(message: CommandMessage, error: Error | undefined): void {
  if (!ends.hasSubscribers) return
  message.end(error)
  ends.publish(message)
}

function begin(message: CommandMessage): CommandMessage {
  if (starts.hasSubscribers) starts.publish(message)
  return message
}

function commonName([first, ...others]: readonly Told[]): string | undefined {
  const name = first?.info.name
  return others.every(({ info }) => info.name === name) ? name : undefined
}

// Taken at load: fake timers in somebody's tests must not stop this clock.
const { nextTick } = process
const clock = performance.now.bind(performance)

/** Of what happens in one turn of the event loop: a number in each message would be an object as well. */
interface Turn {
  readonly time: number
}
let turn: Turn | undefined

/** Replies come many in a turn: the time is read once for all of them. */
function currentTurn(): Turn {
  if (turn === undefined) {
    turn = { time: clock() }
    nextTick(endTurn)
  }
  return turn
}

function endTurn(): void {
  turn = undefined
}

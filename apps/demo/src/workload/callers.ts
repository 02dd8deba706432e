import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../time.js'
import { errorClass } from './error-class.js'
import type { LoadClient, LoadCommands } from './load-client.js'
import type { PendingCalls } from './pending-calls.js'
import type { ShardTraffic } from './shard-traffic.js'

export interface Caller {
  /** The client, or the client under another deadline. */
  readonly commands: LoadCommands
  readonly fateOf: LoadClient['fateOf']
  /** The deadline of its commands, ms. */
  readonly timeout: number
  readonly traffic: ShardTraffic
  readonly pending: PendingCalls
  /** Ends the loop after the call that is under way. */
  readonly signal: AbortSignal
  /** May change at any time. */
  readonly pace: Pace
}

/** How fast callers call. */
export interface Pace {
  /** ms between two calls of one caller. */
  pause: number
}

/** Pushes one unique id after the other and notes what became of each. */
export async function keepWriting(caller: Caller): Promise<void> {
  const { commands, traffic, signal, pace } = caller
  while (!signal.aborted) {
    const entry = traffic.ledger.begin()
    traffic.hit(entry.page.key)
    await call(
      caller,
      () => commands.push(entry.page.key, String(entry.id)),
      (_length, at) => {
        traffic.ledger.settle(entry, 'acknowledged')
        traffic.acknowledged(at)
      },
      (error) => traffic.ledger.settle(entry, caller.fateOf(error)),
    )
    await sleep(pace.pause)
  }
}

/** Reads keys whose values are known, and counts the answers that belong to another key. */
export async function keepReading(caller: Caller): Promise<void> {
  const { commands, traffic, signal, pace } = caller
  for (let i = 0; !signal.aborted; i++) {
    const known = traffic.knownValues[i % traffic.knownValues.length]
    if (known === undefined) return
    traffic.hit(known.key)
    await call(
      caller,
      () => commands.get(known.key),
      (value) => {
        traffic.reads.answered++
        if (value === null) traffic.reads.missing++
        else if (value !== known.value) traffic.reads.wrong++
      },
      () => {},
    )
    await sleep(pace.pause)
  }
}

async function call<Reply>(
  { timeout, traffic, pending }: Caller,
  issue: () => Promise<Reply>,
  onReply: (reply: Reply, at: number) => void,
  onError: (error: unknown) => void,
): Promise<void> {
  const start = now()
  const entry = pending.begin(start + timeout)
  try {
    const reply = await issue()
    const at = now()
    traffic.meter.record(at - start)
    onReply(reply, at)
  } catch (error) {
    onError(error)
    traffic.failed(errorClass(error))
  } finally {
    pending.end(entry)
  }
}

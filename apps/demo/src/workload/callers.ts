import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandHandle, Disredis } from '@disredis/client'
import { now } from '../time.js'
import { errorClass, fateOf } from './error-class.js'
import type { PendingCalls } from './pending-calls.js'
import type { ShardTraffic } from './shard-traffic.js'

export interface Caller {
  /** The client, or the client under a policy. */
  readonly commands: Disredis | CommandHandle
  /** The deadline of its commands, ms. */
  readonly timeout: number
  readonly traffic: ShardTraffic
  readonly pending: PendingCalls
  /** Ends the loop after the call that is under way. */
  readonly signal: AbortSignal
}

/** ms between two calls of one caller: traffic, not a benchmark. */
const pause = 10

/** Pushes one unique id after the other and notes what became of each. */
export async function keepWriting(caller: Caller): Promise<void> {
  const { commands, traffic, signal } = caller
  while (!signal.aborted) {
    const entry = traffic.ledger.begin()
    await call(
      caller,
      () => commands.rpush(entry.page.key, entry.id),
      (_length, at) => {
        traffic.ledger.settle(entry, 'acknowledged')
        traffic.acknowledged(at)
      },
      (error) => traffic.ledger.settle(entry, fateOf(error)),
    )
    await sleep(pause)
  }
}

/** Reads keys whose values are known, and counts the answers that belong to another key. */
export async function keepReading(caller: Caller): Promise<void> {
  const { commands, traffic, signal } = caller
  for (let i = 0; !signal.aborted; i++) {
    const known = traffic.knownValues[i % traffic.knownValues.length]
    if (known === undefined) return
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
    await sleep(pause)
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

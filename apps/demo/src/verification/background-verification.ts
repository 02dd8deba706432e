import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultConductor } from '../faults/fault-conductor.js'

/** ms */
const interval = 2_000

export interface BackgroundContext {
  readonly conductor: FaultConductor
  readonly shards: readonly string[]
  readonly signal: AbortSignal
  /** After a round in which all shards were verified. */
  readonly onVerified: () => Promise<void>
  readonly onTrouble: (message: string) => void
}

/** Verifies all shards now and then, while none has a fault. Resolves when the signal ends it. */
export async function verifyInBackground(context: BackgroundContext): Promise<void> {
  const { conductor, shards, signal, onVerified, onTrouble } = context
  for (;;) {
    await sleep(interval, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    if (conductor.isFaulted) continue
    try {
      for (const shard of shards) await conductor.verify(shard)
      await onVerified()
    } catch (error) {
      // A fault may have begun meanwhile. The next round, or the sync after the fault, verifies it.
      const reason = error instanceof Error ? error.message : String(error)
      if (!conductor.isFaulted && !signal.aborted) onTrouble(`not verified: ${reason}`)
    }
  }
}

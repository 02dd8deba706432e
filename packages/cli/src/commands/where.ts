import { createRing, hashTag, keySlot } from '@disredis/hash-ring'
import { formatAddress, SentinelWatcher } from '@disredis/sentinel'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { watcherOptions } from '../connection/watcher-options.js'
import { exitCode } from '../exit-code.js'
import { table } from '../output/table.js'
import { checkedWeights } from '../placement/expected-placement.js'
import type { Run } from '../run.js'

/** Asks the Sentinels alone, so it answers for a shard that is down as well. */
export const where: Run<ConnectionFlags & { json?: boolean }> = async (flags, keys, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const watcher = new SentinelWatcher(watcherOptions(deployment))
  try {
    const { shards } = await watcher.start()
    const names = [...shards.keys()]
    const ring = createRing(checkedWeights(deployment.weights, names) ?? names)
    const found = keys.map((given) => {
      const key = (deployment.keyPrefix ?? '') + given
      const shard = ring.locate(key)
      const topology = shards.get(shard)
      return {
        key,
        hashTag: String(hashTag(key)),
        slot: keySlot(key),
        shard,
        master: topology && formatAddress(topology.master),
        replicas: topology?.replicas.map(({ address }) => formatAddress(address)) ?? [],
      }
    })
    if (flags.json) {
      terminal.print(JSON.stringify({ keys: found }, undefined, 2))
      return exitCode.ok
    }
    const rows = found.map(({ key, slot, shard, master, replicas }) => [
      ...[key, `${slot}`, shard, master ?? 'unknown', replicas.join(' ')],
    ])
    const head = ['KEY', 'SLOT', 'SHARD', 'MASTER', 'REPLICAS']
    for (const line of table([head, ...rows])) terminal.print(line)
    return exitCode.ok
  } finally {
    await watcher.close()
  }
}

import { createInterface } from 'node:readline'
import { startFleet } from '@disredis/fleet'

const fleet = await startFleet({ masters: 3, replicas: 1, sentinels: 3 })
console.log(`export SENTINELS=${fleet.sentinels.join(',')}`)
console.log(`Masters: ${fleet.masters.join(', ')}. Try: failover shard-1, kill shard-2, end`)

/** A dead master comes back as a replica of the promoted one. */
async function killAndBringBack(shard) {
  const master = fleet.master(shard)
  await master.kill()
  await fleet.waitForMaster(shard, { not: master })
  await master.restart()
  console.log(`${shard} has a new master`)
}

async function execute(line) {
  const [word, shard] = line.trim().split(/\s+/)
  if (word === 'failover') {
    const master = fleet.master(shard)
    await fleet.failover(shard)
    await fleet.waitForMaster(shard, { not: master })
    console.log(`${shard} has a new master`)
  } else if (word === 'kill') await killAndBringBack(shard)
  else if (word !== '') console.log('failover NAME, kill NAME, end')
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === 'end') break
  await execute(line).catch((error) => console.error(error.message))
}
await fleet.close()
// An open stdin would keep the program alive.
process.stdin.destroy()

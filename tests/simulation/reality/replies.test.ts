import { startFleet } from '@disredis/fleet'
import { expect, test } from 'vitest'
import { World } from '../world/world.js'
import { defaultPlan } from '../world/world-plan.js'
import { RealConnection } from './real-connection.js'
import { SimulatedConnection } from './simulated-connection.js'
import { serverVersions } from './versions.js'

/** Said to a master in this order, over one connection. */
const toMaster = `
SET a 1|GET a|GET none|INCR a|INCRBY a 5|INCR text|SET text hello|INCR text|APPEND text !|STRLEN text
SET a 2 NX|SET n 1 NX|SET n 2 XX|SET n 3 GET|SETNX n 4|GETSET n 5|GETDEL n|MSET x 1 y 2|MGET x none y|DECR x
RPUSH l a b c|LPUSH l z|LRANGE l 0 -1|LRANGE l 1 2|LRANGE l -2 -1|LLEN l|LPOP l|RPOP l|LLEN none|GET l|RPUSH a x
HSET h f 1 g 2|HSET h f 3|HGET h f|HGET h none|HMGET h f none|HINCRBY h g 4|HDEL h f|HGETALL h|HGETALL none
SADD s m|SADD s m|SISMEMBER s m|SCARD s|SMEMBERS s|SREM s m none|SMEMBERS s
ZADD z 2 b|ZADD z 1 a|ZRANGE z 0 -1|TYPE z|TYPE none|EXISTS a none l|DEL a none|EXPIRE l 100|TTL l|PERSIST l|TTL l|TTL none
SETEX e 100 v|TTL e|PSETEX e 5000 v|SET e v EX 50|TTL e|SET e v KEEPTTL|TTL e|UNLINK e|DBSIZE
MULTI|SET m 1|INCR m|GET m|EXEC|MULTI|SET m|EXEC|EXEC|DISCARD|MULTI|DISCARD|GET m
WATCH m|MULTI|INCR m|EXEC|WATCH m|SET m 9|MULTI|INCR m|EXEC|UNWATCH|MULTI|INCR text|SET m 1|EXEC
NOSUCH a b|SET a|ECHO hi|PING|PING hi|SELECT 0|CLIENT SETNAME me|CLIENT GETNAME|PUBLISH c m
EVALSHA ffffffffffffffffffffffffffffffffffffffff 0|SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff
BLPOP l 1|BLPOP none 0.05|WAIT 1 20000|SUBSCRIBE c|PING|UNSUBSCRIBE c|FLUSHALL|DBSIZE
`

/** Said to a replica. */
const toReplica = `
GET a|SET a 1|INCR a|MULTI|SET a 1|GET a|EXEC|MULTI|GET a|EXEC|WAIT 1 10|EXISTS a|BLPOP l 1
`

function scriptOf(text: string): string[][] {
  return text
    .trim()
    .split(/[|\n]/)
    .map((line) => line.split(' '))
}

interface Asked {
  ask(...args: string[]): Promise<string>
}

/** Each command with the bytes of its reply. */
async function transcript(connection: Asked, text: string): Promise<string[]> {
  const lines: string[] = []
  for (const args of scriptOf(text)) {
    lines.push(`${args.join(' ')} -> ${JSON.stringify(await connection.ask(...args))}`)
  }
  return lines
}

for (const { name, server } of serverVersions) {
  for (const protocol of ['2', '3']) {
    test(`the model answers as ${name} does, to the byte, in RESP${protocol}`, async () => {
      await using fleet = await startFleet({
        replicas: 1,
        sentinels: 1,
        ...(server !== undefined && { server }),
      })
      const master = fleet.master()
      const [replica] = fleet.replicas()
      await fleet.waitForSync()
      using real = new RealConnection(master.address)
      using realReplica = new RealConnection(replica!.address)
      const isValkey = (await real.ask('INFO', 'server')).includes('valkey_version')
      const world = new World({ ...defaultPlan, sentinels: 1, quorum: 1, isValkey }, 1)
      world.start()
      await world.time.run(1000)
      const simulated = new SimulatedConnection(world, world.nodes[0]!.address)
      const simulatedReplica = new SimulatedConnection(world, world.nodes[1]!.address)
      for (const connection of [real, realReplica, simulated, simulatedReplica]) {
        await connection.ask('HELLO', protocol)
      }
      expect(await transcript(simulated, toMaster)).toEqual(await transcript(real, toMaster))
      expect(await transcript(simulatedReplica, toReplica)).toEqual(
        await transcript(realReplica, toReplica),
      )
    })
  }
}

import type { World } from '../world/world.js'
import { DisredisSubject } from './disredis-subject.js'
import { IoredisSubject } from './ioredis-subject.js'
import { NodeRedisSubject } from './node-redis-subject.js'
import type { Subject, SubjectName } from './subject.js'

/** A client of that kind for the world's fleet. */
export function makeSubject(name: SubjectName, world: World): Subject {
  switch (name) {
    case 'disredis':
      return new DisredisSubject(world.clientOptions(), world.plan.durability ?? 0, world.journal)
    case 'node-redis':
      return new NodeRedisSubject(world.seeds(), world.shard, world.proxies.natTable())
    default:
      return new IoredisSubject(name, world.seeds(), world.shard, world.proxies.natTable())
  }
}

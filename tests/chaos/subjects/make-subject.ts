import type { DisredisOptions } from '@disredis/client'
import type { Address } from '../address.js'
import type { Journal } from '../world/journal.js'
import { DisredisSubject } from './disredis-subject.js'
import { IoredisSubject } from './ioredis-subject.js'
import { NodeRedisSubject } from './node-redis-subject.js'
import type { Subject, SubjectName } from './subject.js'

/** What clients are made of: disredis takes options, the others know of one master. */
export interface SubjectSite {
  readonly options: DisredisOptions
  readonly durability: number
  readonly journal: Journal
  readonly shard: string
  readonly seeds: readonly Address[]
  readonly natTable: Record<string, Address>
}

export function makeSubject(name: SubjectName, site: SubjectSite): Subject {
  const { options, durability, journal, shard, seeds, natTable } = site
  switch (name) {
    case 'disredis':
      return new DisredisSubject(options, durability, journal)
    case 'node-redis':
      return new NodeRedisSubject(seeds, shard, natTable)
    default:
      return new IoredisSubject(name, seeds, shard, natTable)
  }
}

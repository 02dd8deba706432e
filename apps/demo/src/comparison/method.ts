import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { awayFrom } from '../measurement/away-time.js'
import { contenderTimeout } from './contender.js'
import { ioredisSettings } from './ioredis-contender.js'
import { nodeRedisSettings } from './node-redis-contender.js'

/** How the comparison is measured: what the page shows when it is asked. */
export interface Method {
  readonly says: readonly string[]
  readonly contenders: readonly {
    readonly name: string
    /** As they stand in the code. */
    readonly settings: string
    /** Its whole source; undefined where it was not shipped. */
    readonly source: string | undefined
  }[]
}

const sources = {
  disredis: '../workload/disredis-load-client.ts',
  ioredis: './ioredis-contender.ts',
  'node-redis': './node-redis-contender.ts',
} as const

export function readMethod(): Method {
  const settings = {
    disredis: { commandTimeout: contenderTimeout },
    ioredis: ioredisSettings,
    'node-redis': nodeRedisSettings,
  }
  return {
    says: [
      'All three run in this one process, on the same Sentinels and masters, and find the shard of a key by the same ring.',
      'For each shard, each client has six callers that push unique ids to a list and four that read known values, one call after the other with the same pause. A third of them gives up after 1 s, the others after 10 s.',
      'Acknowledged: the push resolved. Lost: acknowledged, and not in the list when the master that Sentinel names is asked over a plain connection. Repeated: more than once in the list. Unknown: the push rejected, and the client could not say that it was not executed.',
      `Away: the times of more than ${awayFrom} ms without an acknowledged push, of all shards together.`,
      'Settings are those below; everything else is as each client has it by default.',
    ],
    contenders: Object.entries(sources).map(([name, path]) => ({
      name,
      settings: JSON.stringify(settings[name as keyof typeof settings], undefined, 2),
      source: read(path),
    })),
  }
}

/** The sources stand beside what is built of them. */
function read(path: string): string | undefined {
  try {
    const url = new URL(path, import.meta.url)
    return readFileSync(fileURLToPath(url).replace('/dist/', '/src/'), 'utf8')
  } catch {
    return undefined
  }
}

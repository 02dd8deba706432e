import type { NodeFailure } from '../errors.js'
import { toStoreError } from '../store-error.js'
import type { SessionNode } from './session-redis.js'

/** Keys that begin alike, on every master of a client. */
export interface KeyRange {
  readonly client: SessionNode
  readonly prefix: string
}

export interface Page {
  readonly shard: string | undefined
  readonly node: SessionNode
  /** As the client's commands take them. A key may come twice while Redis resizes its table. */
  readonly names: readonly string[]
}

const PAGE = 500

/**
 * Yields the keys of all ranges page by page, master by master. A master that fails is entered
 * into `failures`, and the next one follows.
 *
 * @param ask asks Redis for one page
 */
export async function* scanPages(
  ranges: readonly KeyRange[],
  ask: <Answer>(question: () => Promise<Answer>) => Promise<Answer>,
  failures: NodeFailure[],
): AsyncGenerator<Page, void, undefined> {
  for (const { client, prefix } of ranges) {
    // A client adds its own prefix to keys, but neither to patterns nor off replies.
    const clientPrefix = keyPrefixOf(client)
    const pattern = `${escapeGlob(clientPrefix + prefix)}*`
    for (const [shard, node] of await nodesOf(client)) {
      let cursor: string | undefined = '0'
      do {
        const from: string = cursor
        const scan = () => node.scan(from, 'MATCH', pattern, 'COUNT', PAGE)
        try {
          const [next, keys] = await ask(scan)
          cursor = next === '0' ? undefined : next
          yield { shard, node, names: keys.map((key) => key.slice(clientPrefix.length)) }
        } catch (error) {
          failures.push({ shard, error: toStoreError(error) })
          cursor = undefined
        }
      } while (cursor !== undefined)
    }
  }
}

/** Makes each character of `text` stand for itself in a pattern of Redis. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}

interface Sharded {
  ready(): Promise<void>
  shards(): ReadonlyMap<string, SessionNode>
}

/** The masters of a Disredis client by name, or the one server of a plain ioredis. */
async function nodesOf(
  client: SessionNode,
): Promise<(readonly [string | undefined, SessionNode])[]> {
  if (!isSharded(client)) return [[undefined, client]]
  try {
    return [...client.shards()]
  } catch {
    // The masters are not known yet.
    await client.ready()
    return [...client.shards()]
  }
}

function isSharded(client: SessionNode): client is SessionNode & Sharded {
  return typeof (client as Partial<Sharded>).shards === 'function'
}

function keyPrefixOf(client: SessionNode): string {
  const { options } = client as { options?: { keyPrefix?: string | undefined } }
  return options?.keyPrefix ?? ''
}

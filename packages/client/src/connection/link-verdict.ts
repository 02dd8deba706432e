import type { ShardConnection } from './shard-connection.js'

/**
 * What a node says of another connection to it.
 *
 * - `alive`: what was sent on it has arrived, or goes on arriving; the reply will come.
 * - `dead`: the node does not know it any more, or has heard nothing of it since before the silence.
 * - `unknown`: the user may not ask (`+client|list`).
 */
export type LinkVerdict = 'alive' | 'dead' | 'unknown'

/**
 * Asks a node by one connection, the witness, for the state of others. A silent link cannot be told from
 * a command that waits (CLIENT PAUSE, BLPOP) or from a large request on its way by the link itself; the
 * node knows when it last read something from it.
 *
 * @param silence ms for which nothing has come of them: what was sent before has had that time to arrive
 * @param isBlocked they wait on the server by nature, which says nothing then
 * @returns a verdict for each
 */
export async function judgeLinks(
  witness: Pick<ShardConnection, 'ask'>,
  links: readonly Pick<ShardConnection, 'id'>[],
  silence: number,
  isBlocked = false,
): Promise<LinkVerdict[]> {
  let list: string
  try {
    const ids = links.map(({ id }) => String(id))
    list = String(await witness.ask('CLIENT', 'LIST', 'ID', ...ids))
  } catch (error) {
    if ((error as Error).name === 'ReplyError') return links.map(() => 'unknown')
    throw error
  }
  const lines = new Map(list.split('\n').map((line) => [Number(fieldOf(line, 'id')), line]))
  return links.map(({ id }) => {
    const line = lines.get(id)
    if (line === undefined) return 'dead'
    // Held up by CLIENT PAUSE: the server has it, and will answer.
    if (!isBlocked && fieldOf(line, 'flags')?.includes('b')) return 'alive'
    // Whole seconds, rounded down: it was read from since the silence began.
    const idle = Number(fieldOf(line, 'idle'))
    return (idle + 1) * 1000 <= silence ? 'alive' : 'dead'
  })
}

function fieldOf(line: string, name: string): string | undefined {
  return new RegExp(`(?:^| )${name}=(\\S*)`, 'u').exec(line)?.[1]
}

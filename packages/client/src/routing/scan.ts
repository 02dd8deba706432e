import { InvalidOptionError } from '@disredis/sentinel'
import { RawCommand } from '../commands/raw-command.js'
import type { RoutedCommand } from '../commands/routed-command.js'
import type { RouteTarget } from '../router.js'
import { decodeCursor, encodeCursor, isFrom } from './scan-cursor.js'

/**
 * One SCAN call of a scan over all shards. A server's cursor holds for that server alone, so a shard
 * that is served by another one, or by the same after a restart, is scanned from its beginning: keys
 * may come twice, as Redis allows, and a key that is there all along comes at least once.
 */
export function scan(command: RoutedCommand, shards: readonly RouteTarget[]): void {
  const [text = '', ...options] = command.args as (string | Buffer)[]
  const position = decodeCursor(text.toString(), shards.length)
  if (position === undefined) {
    command.fail(new InvalidOptionError('SCAN takes the cursor 0, or one that it gave before'))
    return
  }
  const shard = shards[position.shard]!
  const { generation } = shard
  const cursor = isFrom(position, generation) ? position.cursor : 0n
  const { name, info, policy } = command
  const part = new RawCommand(name, info, [String(cursor), ...options], policy, {
    resolve(reply) {
      const [nextCursor, keys] = reply as [Buffer, Buffer[]]
      const next = BigInt(nextCursor.toString())
      const isSame = shard.generation === generation
      command.resolve([
        Buffer.from(cursorAfter(position.shard, isSame, next, generation, shards.length)),
        keys,
      ])
    },
    reject: (error) => command.fail(error),
  }).inTimeOf(command)
  command.parts = [part]
  shard.send(part)
}

function cursorAfter(
  shard: number,
  isSame: boolean,
  next: bigint,
  generation: number,
  shards: number,
): string {
  // The reply may be of another server than the cursor was for: begin the shard again.
  if (!isSame) return encodeCursor({ shard, cursor: 0n, generation }, shards)
  if (next !== 0n) return encodeCursor({ shard, cursor: next, generation }, shards)
  if (shard === shards - 1) return '0'
  return encodeCursor({ shard: shard + 1, cursor: 0n, generation }, shards)
}

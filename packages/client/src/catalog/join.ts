/** What one shard did of a command that several shards execute. */
export interface PartPlace {
  /** Which of the command's keys are in this part, counted from 0; undefined where it has no keys. */
  readonly positions: readonly number[] | undefined
}

/** Makes the command's reply of the parts' replies, which are as the servers sent them (`Buffer`s). */
export type Join = (replies: readonly unknown[], parts: readonly PartPlace[]) => unknown

/** MGET: each value to the place of its key. */
export const inOrder: Join = (replies, parts) => {
  // At its full length: it is not filled from the front.
  const joined: unknown[] = new Array(parts.reduce((sum, it) => sum + it.positions!.length, 0))
  for (let part = 0; part < parts.length; part++) {
    const values = replies[part] as readonly unknown[]
    const positions = parts[part]!.positions!
    for (let i = 0; i < positions.length; i++) joined[positions[i]!] = values[i]
  }
  return joined
}

/** With `stringNumbers` replies are decimal strings, and so is their sum. */
export const sum: Join = (replies) => {
  const total = replies.reduce((total: number, reply) => total + Number(reply), 0)
  return typeof replies[0] === 'number' ? total : String(total)
}

/** All shards say the same. */
export const anyReply: Join = ([reply]) => reply

export const concatenated: Join = (replies) => (replies as readonly unknown[][]).flat()

/** Each name once. */
export const united: Join = (replies) => {
  const names = (replies as readonly Buffer[][]).flat()
  return [...new Map(names.map((name) => [name.toString('latin1'), name])).values()]
}

/** SCRIPT EXISTS: 1 where every shard has it. */
export const everywhere: Join = (replies) => {
  const [first, ...others] = replies as readonly number[][]
  return first!.map((one, i) =>
    others.reduce((least, it) => (it[i]! < least ? it[i]! : least), one),
  )
}

/** PUBSUB NUMSUB: channel, count, channel, count, ... */
export const countsAdded: Join = (replies) => {
  const [first] = replies as readonly unknown[][]
  return first!.map((item, i) =>
    i % 2 === 0
      ? item
      : sum(
          (replies as readonly unknown[][]).map((reply) => reply[i]),
          [],
        ),
  )
}

/** RANDOMKEY: one of what the shards drew; null if all are empty. */
export const anyDrawn: Join = (replies) => {
  const drawn = replies.filter((reply) => reply !== null)
  return drawn[Math.floor(Math.random() * drawn.length)] ?? null
}

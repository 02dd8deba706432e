/** Keys of one node, and where each stood in the caller's list. */
export interface KeyGroup<Node> {
  readonly node: Node
  readonly positions: number[]
}

/** Groups the positions of `keys` by the node that serves each key. */
export function keysByNode<Node>(
  keys: readonly string[],
  nodeOf: (key: string) => Node,
): KeyGroup<Node>[] {
  const groups = new Map<Node, KeyGroup<Node>>()
  keys.forEach((key, position) => {
    const node = nodeOf(key)
    const group = groups.get(node)
    if (group === undefined) groups.set(node, { node, positions: [position] })
    else group.positions.push(position)
  })
  return [...groups.values()]
}

/** Asks every node for its part at once and puts the replies back in the caller's order. */
export async function gatherInOrder<Node, Reply>(
  keys: readonly string[],
  nodeOf: (key: string) => Node,
  ask: (node: Node, positions: readonly number[]) => Promise<readonly Reply[]>,
): Promise<Reply[]> {
  const replies = new Array<Reply>(keys.length)
  await Promise.all(
    keysByNode(keys, nodeOf).map(async ({ node, positions }) => {
      const part = await ask(node, positions)
      positions.forEach((position, i) => {
        replies[position] = part[i] as Reply
      })
    }),
  )
  return replies
}

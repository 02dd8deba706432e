/**
 * @typedef {object} Circle
 * @property {readonly string[]} members all that reach each other, in the order of the graph
 * @property {readonly string[]} path one of the shortest ways round; begins and ends with the same node
 */

/**
 * The parts of a graph in which every node reaches every other one (Tarjan's strongly connected
 * components), without those of one node that does not name itself.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph neighbours by node; others are ignored
 * @returns {Circle[]}
 */
export function findCircles(graph) {
  const order = new Map([...graph.keys()].map((node, index) => [node, index]))
  const byOrder = (/** @type {string} */ a, /** @type {string} */ b) =>
    /** @type {number} */ (order.get(a)) - /** @type {number} */ (order.get(b))
  return componentsOf(graph)
    .filter(([node = '', other]) => other !== undefined || graph.get(node)?.includes(node))
    .map((members) => members.toSorted(byOrder))
    .map((members) => ({ members, path: shortestRound(graph, new Set(members)) }))
    .toSorted((a, b) => byOrder(a.members[0] ?? '', b.members[0] ?? ''))
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]}
 */
function componentsOf(graph) {
  /** @type {Map<string, { index: number, lowest: number }>} */
  const visited = new Map()
  /** @type {string[]} */
  const open = []
  /** @type {string[][]} */
  const components = []

  const visit = (/** @type {string} */ node) => {
    const mark = { index: visited.size, lowest: visited.size }
    visited.set(node, mark)
    open.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue
      const seen = visited.get(next)
      if (seen === undefined) mark.lowest = Math.min(mark.lowest, visit(next).lowest)
      else if (open.includes(next)) mark.lowest = Math.min(mark.lowest, seen.index)
    }
    if (mark.lowest === mark.index) components.push(open.splice(open.indexOf(node)))
    return mark
  }
  for (const node of graph.keys()) if (!visited.has(node)) visit(node)
  return components
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @param {ReadonlySet<string>} members of one component
 * @returns {string[]}
 */
function shortestRound(graph, members) {
  /** @type {string[] | undefined} */
  let shortest
  for (const start of members) {
    const round = roundFrom(graph, members, start)
    if (shortest === undefined || round.length < shortest.length) shortest = round
  }
  return shortest ?? []
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @param {ReadonlySet<string>} members
 * @param {string} start
 * @returns {string[]}
 */
function roundFrom(graph, members, start) {
  /** @type {Set<string>} */
  const reached = new Set()
  const paths = [[start]]
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return [...path, next]
      if (!members.has(next) || reached.has(next)) continue
      reached.add(next)
      paths.push([...path, next])
    }
  }
  throw new Error(`${start} does not reach itself`)
}

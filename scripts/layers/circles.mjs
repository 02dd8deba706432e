/**
 * Finds a circle through each part of a graph that has one.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph neighbours by node; others are ignored
 * @returns {string[][]} each begins and ends with the same node
 */
export function findCircles(graph) {
  /** @type {Set<string>} */
  const done = new Set()
  /** @type {string[][]} */
  const circles = []
  /** @type {string[]} */
  const path = []

  const visit = (/** @type {string} */ node) => {
    const start = path.indexOf(node)
    if (start >= 0) circles.push([...path.slice(start), node])
    if (start >= 0 || done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) if (graph.has(next)) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return circles
}

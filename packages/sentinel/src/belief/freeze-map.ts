/** A map that throws on every attempt to change it; `Object.freeze` alone leaves `set` working. */
export function freezeMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map(entries)
  const refuse = () => {
    throw new TypeError('A topology never changes; the watcher replaces it with a new one')
  }
  for (const method of ['set', 'delete', 'clear']) {
    Object.defineProperty(map, method, { value: refuse })
  }
  return Object.freeze(map)
}

import { Session } from 'node:inspector/promises'

/** Packages that are a session's, with what lies between them and Redis; workspaces of ours. */
const SESSION =
  /\/packages\/|\/node_modules\/(@disredis|express-session|connect-redis|redis|@redis|ioredis|redis-parser|on-headers|uid-safe|cookie-signature|@fastify\/(session|cookie)|@mgcrea)\//
/** Used by sessions and frameworks alike: whoever called them counts. */
const SHARED = /\/node_modules\/(cookie|depd|parseurl|safe-buffer|utils-merge|fast-[^/]+)\//
/** Node's part of an answer, whoever ends it; to set and read headers is the caller's own. */
const ANSWER = /^node:_http_(server|incoming|common|outgoing)$/
const HEADER = /^(set|get|has|remove|append)Header|^getHeader|^getRawHeader/

/**
 * What share of the time in which this process worked was inside of session code: a sampling profile, in
 * which each sample belongs to the innermost frame that says whose it is. So what a handler does, which
 * a session called, is not the session's; what Node does for a session (hashes, sockets, timers) is.
 * Garbage collection and the event loop belong to nobody.
 */
export class SessionTime {
  #session = new Session()

  async begin() {
    this.#session.connect()
    await this.#session.post('Profiler.enable')
    await this.#session.post('Profiler.setSamplingInterval', { interval: 500 })
    await this.#session.post('Profiler.start')
  }

  /** @returns {Promise<number>} from 0 to 1 */
  async end() {
    const { profile } = await this.#session.post('Profiler.stop')
    this.#session.disconnect()
    return shareOf(profile)
  }
}

function shareOf({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map()
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node)
  const kinds = new Map()
  let [working, inside] = [0, 0]
  for (const [i, id] of samples.entries()) {
    const node = byId.get(id)
    if (node.callFrame.functionName === '(idle)') continue
    working += timeDeltas[i]
    if (!kinds.has(id)) kinds.set(id, isSession(node, parents))
    if (kinds.get(id)) inside += timeDeltas[i]
  }
  return inside / working
}

function isSession(node, parents) {
  for (let at = node; at !== undefined; at = parents.get(at.id)) {
    const { url, functionName } = at.callFrame
    if (SESSION.test(url)) return true
    if (SHARED.test(url) || !url) continue
    if (!url.startsWith('node:')) return false
    if (ANSWER.test(url) && !HEADER.test(functionName)) return false
  }
  return false
}

import autocannon from 'autocannon'

/**
 * One session for each connection.
 * @returns {Promise<string[]>} cookies
 */
export async function makeSessions(url, begin, connections) {
  const make = async (_, i) => {
    const response = await fetch(`${url}${begin}?user=user-${i}`)
    const [cookie] = response.headers.getSetCookie()
    await response.text()
    if (cookie === undefined) throw new Error(`${begin} gave no session: status ${response.status}`)
    return cookie.split(';', 1)[0]
  }
  return Promise.all(Array.from({ length: connections }, make))
}

/**
 * A closed loop on each connection, for `duration` seconds.
 * @returns {Promise<{ requestsPerSecond: number, requests: number, p99: number }>} p99 in ms
 */
export async function load(url, path, cookies, duration) {
  let next = 0
  const result = await autocannon({
    url: `${url}${path}`,
    connections: cookies.length,
    duration,
    setupClient: (client) => client.setHeaders({ cookie: cookies[next++] }),
  })
  if (result.non2xx > 0 || result.errors > 0 || result['2xx'] === 0) {
    throw new Error(
      `${path}: ${result.non2xx} errors of the application, ${result.errors} of sockets`,
    )
  }
  const requests = result['2xx']
  return { requestsPerSecond: requests / result.duration, requests, p99: result.latency.p99 }
}

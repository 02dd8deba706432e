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
 * A closed loop on each connection, until `requests` of them were answered in all.
 * @returns {Promise<{ requestsPerSecond: number, p99: number }>} p99 in ms
 */
export async function load(url, path, cookies, requests) {
  let next = 0
  const result = await autocannon({
    url: `${url}${path}`,
    connections: cookies.length,
    amount: requests,
    // A machine that is busy with other work may let an application wait: that is no error of it.
    timeout: 300,
    setupClient: (client) => client.setHeaders({ cookie: cookies[next++] }),
  })
  if (result.non2xx > 0 || result.errors > 0 || result['2xx'] !== requests) {
    throw new Error(
      `${path}: ${result['2xx']} of ${requests} were answered; ${result.non2xx} errors of the application, ${result.errors} of sockets`,
    )
  }
  return { requestsPerSecond: requests / result.duration, p99: result.latency.p99 }
}

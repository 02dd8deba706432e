import { Disredis } from '@disredis/client'
import type { Terminal } from '../output/terminal.js'
import { checkPlacement } from '../placement/check-placement.js'
import type { Deployment } from './access.js'
import { clientOptions } from './client-options.js'

/**
 * Runs `work` with a connected client that looks for keys where the applications do, and closes it whatever happens;
 * Ctrl-C too.
 *
 * @throws CliError when the placement records say that the applications look elsewhere
 */
export async function withClient<T>(
  deployment: Deployment,
  terminal: Terminal,
  work: (client: Disredis) => Promise<T>,
): Promise<T> {
  const client = new Disredis(clientOptions(deployment))
  // Each of them is told by the promise that it concerns.
  client.on('error', () => {})
  const stop = () => void client.close({ timeout: 0 })
  terminal.signal.addEventListener('abort', stop)
  try {
    await client.ready()
    await checkPlacement(client, deployment)
    return await work(client)
  } finally {
    terminal.signal.removeEventListener('abort', stop)
    await client.close({ timeout: 0 })
  }
}

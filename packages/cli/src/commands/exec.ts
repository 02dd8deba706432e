import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { withClient } from '../connection/with-client.js'
import { exitCode } from '../exit-code.js'
import { formatReply } from '../output/format-reply.js'
import type { Run } from '../run.js'

export const exec: Run<ConnectionFlags & { json?: boolean; shard?: string }> = async (
  flags,
  [command = '', ...args],
  terminal,
) => {
  const deployment = await readDeployment(flags, terminal)
  return withClient(deployment, terminal, async (client) => {
    const target = flags.shard === undefined ? client : client.shard(flags.shard)
    let reply: unknown
    try {
      reply = await target.call(command, ...args)
    } catch (error) {
      // The server's own answer, which is the result of the command.
      if (!(error instanceof Error) || error.name !== 'ReplyError') throw error
      if (flags.json) terminal.print(JSON.stringify({ error: error.message }))
      else terminal.tell(`(error) ${error.message}`)
      return exitCode.findings
    }
    if (flags.json) terminal.print(JSON.stringify({ reply }, undefined, 2))
    else for (const line of formatReply(reply)) terminal.print(line)
    return exitCode.ok
  })
}

import { ReplyError } from '@disredis/connection'
import type { FleetNode } from './fleet-node.js'
import type { Reply } from './reply.js'
import { deadlineIn } from './wait-for.js'

/** A node that gives no answer for so long is asked anew. */
const ANSWER_LIMIT = 5_000

/** The replies of a node, errors among them; a sentence for people when there were none. */
export async function ask(node: FleetNode, commands: string[][]): Promise<Reply[] | string> {
  try {
    return await node.use(deadlineIn(ANSWER_LIMIT), (connection) =>
      Promise.all(
        commands.map((command) =>
          connection.call(...command).catch((error: unknown) => {
            if (error instanceof ReplyError) return error
            throw error
          }),
        ),
      ),
    )
  } catch (error) {
    return `${node} does not answer: ${error instanceof Error ? error.message : error}`
  }
}

/** Whether a reply begins with this host and port, as Redis names nodes. */
export function isPair(reply: Reply | undefined, host: string, port: number): boolean {
  return Array.isArray(reply) && reply[0] === host && reply[1] === `${port}`
}

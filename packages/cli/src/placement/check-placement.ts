import { comparePlacement, type Disredis, placementsRequest, readPlacement } from '@disredis/client'
import { CliError } from '../cli-error.js'
import type { Deployment } from '../connection/access.js'
import { exitCode } from '../exit-code.js'
import { expectedPlacement } from './expected-placement.js'

/**
 * Asks every master for its placement record, and writes none: which masters make a ring is for the
 * applications to say.
 *
 * @throws CliError when a master says that keys are placed otherwise than this client would place them
 */
export async function checkPlacement(client: Disredis, deployment: Deployment): Promise<void> {
  const names = [...(client.topology?.shards.keys() ?? [])]
  const own = expectedPlacement(deployment, names)
  const [name, ...args] = placementsRequest().map(String) as [string, ...string[]]
  const said = await Promise.all(
    names.map(async (shard) => {
      const reply = await client
        .shard(shard)
        .call(name, ...args)
        .catch(asReply)
      const reading = comparePlacement(own, shard, readPlacement(reply, own.ring))
      if (reading.state === 'differs') return `the master of '${shard}' ${reading.why}`
      if (reading.state === 'claimed')
        return `the master of '${shard}' says that it is '${reading.by}'`
      return undefined
    }),
  )
  const differing = said.filter((one) => one !== undefined)
  if (differing.length === 0) return
  throw new CliError(
    `Keys of ring '${own.ring}' are not where these options say: ${differing.join('; ')}. ` +
      'Give the same --masters, --weights and --ring-name as the applications; ' +
      '`disredis placement show` shows what is recorded',
    exitCode.findings,
  )
}

/** A refusal is an answer. */
function asReply(error: Error): Error {
  if (error.name === 'ReplyError') return error
  throw error
}

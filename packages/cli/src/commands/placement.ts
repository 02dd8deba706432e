import { removePlacementRequest } from '@disredis/client'
import { CliError, UnreachableError } from '../cli-error.js'
import type { Deployment } from '../connection/access.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { factsOf, nameOf, type ShardFacts } from '../doctor/facts.js'
import { exitCode } from '../exit-code.js'
import { openConnectionSession } from '../nodes/connection-session.js'
import { NodeFailure, ReplyRefusal } from '../nodes/node-session.js'
import { coloursOf } from '../output/colours.js'
import { table } from '../output/table.js'
import type { Terminal } from '../output/terminal.js'
import {
  comparePlacements,
  describePlacement,
  type MasterPlacement,
  objection,
  placementOn,
  ringsOf,
} from '../placement/describe-placement.js'
import { expectedPlacement, ringNameOf } from '../placement/expected-placement.js'
import type { Run } from '../run.js'
import { collectSnapshot } from '../snapshot/collect-snapshot.js'
import type { NodeReport } from '../snapshot/snapshot.js'

export interface PlacementFlags extends ConnectionFlags {
  readonly json?: boolean
  readonly yes?: boolean
}

/** Every ring, or the one that was named. */
export const show: Run<PlacementFlags> = async (flags, _operands, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const shards = await askMasters(deployment)
  const names = deployment.ringName === undefined ? ringsOf(shards) : [deployment.ringName]
  const rings = names.map((ring) => ({ ring, masters: describePlacement(shards, ring) }))
  if (flags.json) {
    terminal.print(JSON.stringify({ rings }, undefined, 2))
  } else if (rings.length === 0) {
    terminal.print('No master has a placement record.')
  } else {
    for (const { ring, masters } of rings) showRing(ring, masters, terminal)
  }
  const isThere = rings.some(({ masters }) => masters.some(({ reading }) => isRecord(reading)))
  return isThere ? exitCode.ok : exitCode.findings
}

function showRing(ring: string, masters: readonly MasterPlacement[], terminal: Terminal): void {
  const head = ['SHARD', 'MASTER', 'SAYS IT IS', 'OF', 'EPOCH', 'FINGERPRINT']
  const rows = masters.map(({ shard, master, reading }) => {
    const where = [shard, master ?? 'unknown']
    if (reading.found !== 'record') return [...where, absence(reading)]
    const { weights, epoch, fingerprint, shard: says } = reading.record
    const shares = Object.entries(weights).map((share) => share.join('='))
    return [...where, says, shares.join(','), `${epoch}`, fingerprint]
  })
  terminal.print(coloursOf(terminal).strong(`Ring ${ring}`))
  for (const line of table([head, ...rows])) terminal.print(line)
}

function absence(reading: Exclude<MasterPlacement['reading'], { found: 'record' }>): string {
  if (reading.found === 'nothing') return '(no record)'
  return reading.found === 'no answer' ? '(does not answer)' : `(${reading.why})`
}

function isRecord({ found }: MasterPlacement['reading']): boolean {
  return found === 'record'
}

/** Would a client with these masters, weights and ring name serve? */
export const check: Run<PlacementFlags> = async (flags, _operands, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const shards = await askMasters(deployment)
  const own = expectedPlacement(
    deployment,
    shards.map(({ name }) => name),
  )
  const masters = comparePlacements(shards, own)
  if (flags.json) {
    terminal.print(JSON.stringify({ expected: own, masters }, undefined, 2))
  } else {
    const colours = coloursOf(terminal)
    const rows = masters.map((one) => {
      const says = objection(one)
      const verdict = says === undefined ? colours.good('same') : colours.bad(says)
      return [one.shard, one.master ?? 'unknown', verdict]
    })
    terminal.print(`Ring ${own.ring}, fingerprint ${own.fingerprint}, epoch ${own.epoch}`)
    for (const line of table([['SHARD', 'MASTER', 'RECORD'], ...rows])) terminal.print(line)
  }
  const isSame = masters.every(({ verdict }) => verdict.state === 'same')
  return isSame ? exitCode.ok : exitCode.findings
}

/** Removes the record of a ring from every master, so that the next clients write theirs. */
export const reset: Run<PlacementFlags> = async (flags, _operands, terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const ring = ringNameOf(deployment)
  const shards = await askMasters(deployment)
  const silent = shards.filter(({ master }) => master === undefined)
  if (silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ')
    throw new CliError(
      `The master of ${names} does not answer: it would keep its record, and the next clients would be refused. ` +
        'Nothing was done',
      exitCode.findings,
    )
  }
  const nodes = shards
    .map(({ master }) => master!)
    .filter((master) => placementOn(master, ring).found !== 'nothing')
  if (nodes.length > 0 && !flags.yes) {
    const answer = await terminal.ask(
      `Remove the placement record of ring ${ring} from ${nodes.map(nameOf).join(', ')}? ` +
        'Every client of this ring must be stopped. (yes/no)',
    )
    if (answer !== 'yes') {
      terminal.tell('Nothing was done.')
      return exitCode.findings
    }
  }
  for (const node of nodes) await remove(node, ring, deployment)
  const removed = nodes.map(nameOf)
  if (flags.json) terminal.print(JSON.stringify({ ring, removed }, undefined, 2))
  else if (removed.length === 0) terminal.print(`No master has a record of ring ${ring}.`)
  else {
    terminal.print(
      `Removed from ${removed.join(', ')}. The next client of the ring writes its own.`,
    )
  }
  return exitCode.ok
}

async function remove(node: NodeReport, ring: string, deployment: Deployment): Promise<void> {
  const [name, ...args] = removePlacementRequest(ring).map(String) as [string, ...string[]]
  try {
    const session = await openConnectionSession(node.dialled, deployment.data, deployment.timeout)
    try {
      await session.call(name, ...args)
    } finally {
      await session.close()
    }
  } catch (error) {
    if (!(error instanceof ReplyRefusal || error instanceof NodeFailure)) throw error
    const said = error instanceof ReplyRefusal ? `refuses: ${error.message}` : error.message
    const hint = /^NOPERM/u.test(error.message) ? '; use a user that may: +function|delete' : ''
    throw new CliError(`${nameOf(node)} ${said}${hint}. Run this again when that is fixed`, 1)
  }
}

/** The shards of the clients. @throws UnreachableError */
async function askMasters(deployment: Deployment): Promise<readonly ShardFacts[]> {
  const facts = factsOf(await collectSnapshot(deployment))
  if (facts.sentinels.length === 0) throw new UnreachableError('No Sentinel could be reached')
  return facts.shards
}

import { randomBytes } from 'node:crypto'
import type { Disredis } from '@disredis/client'
import { formatAddress } from '@disredis/sentinel'
import { CliError, UnreachableError, UsageError } from '../cli-error.js'
import type { Deployment } from '../connection/access.js'
import type { ConnectionFlags } from '../connection/connection-options.js'
import { readDeployment } from '../connection/read-deployment.js'
import { withClient } from '../connection/with-client.js'
import { diagnose } from '../doctor/diagnose.js'
import { factsOf, nameOf, type ShardFacts } from '../doctor/facts.js'
import { renderFindings } from '../doctor/render-findings.js'
import { whatBlocks } from '../drill/blocking-codes.js'
import { Trickle, type TrickleResult, WRITERS } from '../drill/trickle.js'
import { exitCode } from '../exit-code.js'
import { openConnectionSession } from '../nodes/connection-session.js'
import { ReplyRefusal } from '../nodes/node-session.js'
import { coloursOf } from '../output/colours.js'
import type { Terminal } from '../output/terminal.js'
import type { Run } from '../run.js'
import { collectSnapshot } from '../snapshot/collect-snapshot.js'

export interface DrillFlags extends ConnectionFlags {
  readonly yes?: boolean
  readonly coordinated?: boolean
  readonly json?: boolean
}

/** Writes before and after, so that the gap is one between acknowledgements. */
const WARM_UP = 100
/** ms for the new master, and again for the old one to come back as a replica. */
const PATIENCE = 60_000
const PROMISE = 'https://github.com/disredis/disredis/blob/main/docs/failover.md#a-planned-failover'

export const drill: Run<DrillFlags> = async (flags, [shard = ''], terminal) => {
  const deployment = await readDeployment(flags, terminal)
  const facts = await examine(deployment, shard, terminal)
  const before = formatAddress(facts.view!.address)
  if (!flags.yes) {
    const answer = await terminal.ask(
      `Fail over ${shard}, whose master is ${before}, under a trickle of writes? (yes/no)`,
    )
    if (answer !== 'yes') {
      terminal.tell('Nothing was done.')
      return exitCode.findings
    }
  }
  const result = await withClient(deployment, terminal, async (client) => {
    if (client.topology?.shards.get(shard) === undefined) {
      throw new UsageError(`The clients do not use ${shard}: see --masters`)
    }
    const trickle = new Trickle(client, shard, `disredis:drill:${randomBytes(6).toString('hex')}`)
    try {
      await until(terminal, 'the first writes', () => trickle.acknowledged >= WARM_UP)
      const startedAt = performance.now()
      const completed = whenSwitched(client, shard)
      await failOver(deployment, facts, flags.coordinated ?? false)
      if (!flags.json) terminal.tell(`Sentinel fails over ${shard} …`)
      const to = await within(completed, terminal)
      const switchedAfter = Math.round(performance.now() - startedAt)
      const count = trickle.acknowledged
      await until(
        terminal,
        'writes at the new master',
        () => trickle.acknowledged >= count + WARM_UP,
      )
      if (!flags.json) terminal.tell(`The master is ${to}; waiting for ${before} to follow it …`)
      await whole(deployment, shard, terminal)
      return { shard, from: before, to, switchedAfter, ...(await trickle.finish()) }
    } catch (error) {
      await trickle.finish()
      throw error
    }
  })
  if (flags.json) {
    terminal.print(JSON.stringify(result, undefined, 2))
  } else {
    const { from, to, acknowledged, lost, longestGap, unknown, errors, executedTwice } = result
    const { switchedAfter } = result
    const failures = Object.entries(errors).map(([code, count]) => `${count} ${code}`)
    terminal.print(`${shard}: ${from} -> ${to}, ${switchedAfter} ms after the order`)
    terminal.print(`longest gap between acknowledgements  ${longestGap} ms`)
    terminal.print(`acknowledged writes                   ${acknowledged}`)
    terminal.print(`lost                                  ${lost}`)
    terminal.print(`executed twice                        ${executedTwice}`)
    terminal.print(`outcome unknown                       ${unknown}`)
    if (unknown > 0) terminal.print(aboutUnknown(unknown))
    terminal.print(`errors                                ${failures.join(', ') || 'none'}`)
  }
  return isAsPromised(result) ? exitCode.ok : exitCode.findings
}

function aboutUnknown(unknown: number): string {
  return unknown <= WRITERS
    ? `  Expected: at most the ${WRITERS} writes in flight when the failover began; see ${PROMISE}`
    : `  Too many: no more than ${WRITERS} writes were in flight when the failover began; see ${PROMISE}`
}

/** As {@link PROMISE} has it. */
function isAsPromised({ lost, executedTwice, unknown, errors }: TrickleResult): boolean {
  return lost + executedTwice + Object.keys(errors).length === 0 && unknown <= WRITERS
}

/** @throws CliError when the doctor says that it cannot go well */
async function examine(
  deployment: Deployment,
  shard: string,
  terminal: Terminal,
): Promise<ShardFacts> {
  const snapshot = await collectSnapshot(deployment)
  const facts = factsOf(snapshot)
  if (facts.sentinels.length === 0) throw new UnreachableError('No Sentinel could be reached')
  const mine = facts.shards.find(({ name }) => name === shard)
  if (mine?.view === undefined) {
    const names = facts.shards.map(({ name }) => name).join(', ')
    throw new UsageError(`No Sentinel watches ${shard}; there are: ${names || 'none'}`)
  }
  const places = [shard, formatAddress(mine.view.address), ...mine.replicas.map(nameOf)]
  const reasons = whatBlocks(diagnose(snapshot), places)
  if (reasons.length > 0) {
    for (const line of renderFindings(reasons, coloursOf(terminal))) terminal.tell(line)
    throw new CliError(`${shard} would not survive a failover; see above`, exitCode.findings)
  }
  return mine
}

async function failOver(
  deployment: Deployment,
  { name, opinions }: ShardFacts,
  isCoordinated: boolean,
): Promise<void> {
  const { sentinel } = opinions[0]!
  const session = await openConnectionSession(
    sentinel.dialled,
    deployment.sentinel,
    deployment.timeout,
  )
  try {
    const command = ['SENTINEL', 'FAILOVER', name, ...(isCoordinated ? ['COORDINATED'] : [])]
    await session.call(...(command as [string, ...string[]]))
  } catch (error) {
    if (!(error instanceof ReplyRefusal)) throw error
    const hint =
      isCoordinated && /syntax|wrong number|arguments/iu.test(error.message)
        ? '; --coordinated needs Valkey 9 or later'
        : error.word === 'NOPERM'
          ? '; use a user that may: DISREDIS_SENTINEL_USERNAME'
          : ''
    throw new CliError(
      `${formatAddress(sentinel.address)} refuses the failover: ${error.message}${hint}`,
      exitCode.findings,
    )
  } finally {
    await session.close()
  }
}

function whenSwitched(client: Disredis, shard: string): Promise<string> {
  return new Promise((resolve) => {
    client.on('failoverCompleted', (event) => {
      if (event.shard === shard) resolve(formatAddress(event.to))
    })
  })
}

/** Until the shard has a replica in sync again: what could be lost is lost by then. */
async function whole(deployment: Deployment, shard: string, terminal: Terminal): Promise<void> {
  const isWhole = async () => {
    const { shards } = factsOf(await collectSnapshot(deployment))
    const mine = shards.find(({ name }) => name === shard)
    return (
      mine?.master?.role?.kind === 'master' &&
      mine.replicas.every(({ role }) => role?.kind === 'replica' && role.state === 'connected')
    )
  }
  await until(terminal, 'the old master to come back as a replica', isWhole)
}

async function within(completed: Promise<string>, terminal: Terminal): Promise<string> {
  let to: string | undefined
  completed.then((address) => {
    to = address
  })
  await until(terminal, 'the new master', () => to !== undefined)
  return to!
}

async function until(
  terminal: Terminal,
  what: string,
  isDone: () => boolean | Promise<boolean>,
): Promise<void> {
  const endAt = performance.now() + PATIENCE
  while (!(await isDone())) {
    if (terminal.signal.aborted) throw new CliError('Stopped', exitCode.findings)
    if (performance.now() > endAt) {
      throw new CliError(`Waited ${PATIENCE / 1000} s for ${what}; see disredis doctor`, 1)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

import { UsageError } from '../cli/usage-error.js'
import { parseScript } from './parse-script.js'
import { allStatements, type FaultKind, isFault, type Statement } from './statement.js'

/** What the deployment of a script has and can do. */
export interface Stage {
  readonly shards: readonly string[]
  readonly faults: readonly FaultKind[]
}

const namedScripts: Readonly<Record<string, (stage: Stage) => Statement[]>> = {
  failover: (stage) => inTurn(stage, 5),
  'failover-once': (stage) => inTurn(stage, 1),
}

/**
 * Reads a script, by its name or its text.
 *
 * @returns gives the statements for a deployment; it throws a UsageError for an unknown shard, and
 * for a fault that cannot be injected there
 * @throws UsageError for what cannot be read
 */
export function readScript(script: string): (stage: Stage) => readonly Statement[] {
  const name = script.trim()
  const named = Object.hasOwn(namedScripts, name) ? namedScripts[name] : undefined
  if (named !== undefined) return named
  const statements = parseScript(script)
  return (stage) => {
    for (const statement of allStatements(statements)) check(statement, stage)
    return statements
  }
}

/**
 * Each kind of fault `rounds` times. Every kind comes to every shard in turn, and neighbours go to
 * different shards: while one recovers its replica, the next can have its fault.
 */
function inTurn({ shards, faults }: Stage, rounds: number): Statement[] {
  const statements: Statement[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [i, kind] of faults.entries()) {
      const shard = shards[(round + i) % shards.length]
      statements.push({ do: kind, shard })
      if (kind !== 'planned') statements.push({ do: 'restore', shard })
    }
  }
  return [...statements, { do: 'sync', shard: undefined }]
}

function check(statement: Statement, { shards, faults }: Stage): void {
  const shard = 'shard' in statement ? statement.shard : undefined
  if (shard !== undefined && !shards.includes(shard)) {
    throw new UsageError(`The script names the shard "${shard}"; there are ${shards.join(', ')}.`)
  }
  if (isFault(statement) && !faults.includes(statement.do)) {
    throw new UsageError(
      `The script has "${statement.do}", and this deployment takes ${faults.join(', ')} only: ` +
        'the demo crashes and freezes nothing but a fleet of its own (unset DISREDIS_SENTINELS).',
    )
  }
}

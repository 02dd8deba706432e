/** The ways to take a master away. */
export type FaultKind = 'crash' | 'freeze' | 'planned'

/** Those, and the failure of a whole server, on which a shard's master was one node of several. */
export type ShardFaultKind = FaultKind | 'cut'

export const faultKinds: readonly FaultKind[] = ['crash', 'freeze', 'planned']

/** One step of a script. */
export type Statement =
  | { readonly do: FaultKind; readonly shard: string | undefined }
  | { readonly do: 'restore' | 'sync'; readonly shard: string | undefined }
  | { readonly do: 'wait'; readonly time: number }
  | { readonly do: 'repeat'; readonly times: number; readonly body: readonly Statement[] }

export function isFault(
  statement: Statement,
): statement is Extract<Statement, { readonly do: FaultKind }> {
  return (faultKinds as readonly string[]).includes(statement.do)
}

/** Every statement, those inside of others too. */
export function* allStatements(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement
    if (statement.do === 'repeat') yield* allStatements(statement.body)
  }
}

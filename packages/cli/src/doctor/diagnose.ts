import type { Snapshot } from '../snapshot/snapshot.js'
import type { Finding, Severity } from './check.js'
import { checks } from './checks.js'
import { defaultLimits, type FactsOptions, factsOf, type Limits } from './facts.js'

const DOCS = 'https://github.com/disredis/disredis/blob/main/docs/doctor.md#'

const order: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/** What is wrong with a deployment, the worst first. Pure: it asks nobody. */
export function diagnose(
  snapshot: Snapshot,
  { limits, ...options }: FactsOptions & { readonly limits?: Partial<Limits> } = {},
): readonly Finding[] {
  const facts = factsOf(snapshot, options)
  const allLimits = { ...defaultLimits, ...limits }
  return checks
    .flatMap(({ code, severity, title, find }) =>
      [...find(facts, allLimits)].map(
        (sight): Finding => ({
          code,
          severity: sight.severity ?? severity,
          title,
          subject: sight.subject,
          evidence: sight.evidence,
          remedy: sight.remedy,
          docs: `${DOCS}${code}`,
        }),
      ),
    )
    .sort((a, b) => order[a.severity] - order[b.severity])
}

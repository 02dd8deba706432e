import type { Facts, Limits } from './facts.js'

/**
 * `error`: it does not fail over, loses data or is out of reach, now or at the next fault. `warning`: a
 * fault will be worse than it has to be. `info`: worth knowing.
 */
export type Severity = 'error' | 'warning' | 'info'

/** What a check has seen. */
export interface Sight {
  /** What it is about: a shard, a node, a host. */
  readonly subject: string
  /** Who said what, one thing each. */
  readonly evidence: readonly string[]
  /** The very commands, or what to do where no command does it. */
  readonly remedy: readonly string[]
  /** Where it depends on what was seen; default: the check's. */
  readonly severity?: Severity
}

/** One rule over what was collected. Pure: the same facts, the same findings. */
export interface Check {
  /** Stable: scripts and the documentation rely on it. */
  readonly code: string
  readonly severity: Severity
  /** One sentence that says what is wrong. */
  readonly title: string
  readonly find: (facts: Facts, limits: Limits) => Iterable<Sight>
}

export interface Finding {
  readonly code: string
  readonly severity: Severity
  readonly title: string
  readonly subject: string
  readonly evidence: readonly string[]
  readonly remedy: readonly string[]
  /** The incident that it prevents. */
  readonly docs: string
}

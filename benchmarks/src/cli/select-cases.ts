import type { CaseSpec } from '../suites/case.js'
import { suites } from '../suites/registry.js'
import type { Options } from './options.js'

/**
 * The cases of the chosen suites with the chosen contenders; a case without any is left out.
 * Key lookups are no contenders and always stay together.
 */
export function selectCases(
  options: Pick<Options, 'only' | 'contenders' | 'settings'>,
): CaseSpec[] {
  const { only, contenders, settings } = options
  return suites
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap((suite) => suite.cases(settings.mode))
    .map((spec) => ({
      ...spec,
      participants: spec.participants.filter(
        ({ job }) =>
          contenders.length === 0 || job.kind === 'lookup' || contenders.includes(job.contender),
      ),
    }))
    .filter(({ participants }) => participants.length > 0)
}

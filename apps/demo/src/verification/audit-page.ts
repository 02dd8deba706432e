import type { Page, PageAudit } from '../workload/page.js'

/**
 * Compares a page with its list on the server.
 *
 * @param covered how many writes had been acknowledged before the list was asked for: only these
 * must be in it
 */
export function auditPage(page: Page, covered: number, list: readonly string[]): PageAudit {
  const stored = new Set(list)
  let lost = 0
  for (let i = 0; i < covered; i++) if (!stored.has(String(page.acknowledged[i]))) lost++
  let executedThoughRefused = 0
  let strangers = 0
  for (const id of stored) {
    const fate = page.fateOf(Number(id))
    if (fate === undefined) strangers++
    else if (fate === 'refused') executedThoughRefused++
  }
  return {
    covered,
    verified: covered - lost,
    lost,
    duplicated: list.length - stored.size,
    executedThoughRefused,
    strangers,
  }
}

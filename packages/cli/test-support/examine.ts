import type { Fleet } from '@disredis/fleet'
import { expect } from 'vitest'
import type { Finding, Severity } from '../src/index.js'
import { access } from './healthy-fleet.js'
import { type RunOptions, run } from './run.js'

const severities: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/** What `disredis doctor --json` finds in a fleet, or at the addresses that are given. */
export async function examine(
  at: Fleet | string,
  { argv = [], ...options }: RunOptions & { readonly argv?: readonly string[] } = {},
): Promise<readonly Finding[]> {
  const sentinels = typeof at === 'string' ? at : at.sentinels.join(',')
  const { json, code, err } = await run(['doctor', '-s', sentinels, '--json', ...argv], {
    ...options,
    env: { ...access, ...options.env },
  })
  const { findings } = json as { findings: readonly Finding[] }
  expect(err).not.toMatch(/\n\s+at /)
  const isBad = findings.some(({ severity }) => severity !== 'info')
  if (code !== 3) expect(code).toBe(isBad ? 1 : 0)
  return findings
}

/** The finding is there, and no other of its severity or a worse one. */
export function expectOnly(findings: readonly Finding[], code: string): Finding {
  const finding = findings.find((one) => one.code === code)
  const rank = severities[finding?.severity ?? 'warning']
  const others = findings.filter(({ severity }) => severities[severity] === rank)
  expect([...new Set(others.map((one) => one.code))], JSON.stringify(findings, null, 1)).toEqual([
    code,
  ])
  expect(finding?.evidence.length).toBeGreaterThan(0)
  expect(finding?.remedy.length).toBeGreaterThan(0)
  expect(finding?.docs).toMatch(new RegExp(`/doctor\\.md#${code}$`))
  return finding!
}

/** Asks until the answer is as wanted; then it is returned. Fails with the last answer after 30 s. */
export async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  const endAt = performance.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (isDone(answer)) return answer
    if (performance.now() > endAt) throw new Error(`Not in 30 s: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Examines until the fault is found and nothing else of its severity: some show after a while. */
export async function findsSoon(
  at: Fleet | string,
  code: string,
  options: Parameters<typeof examine>[1] = {},
): Promise<Finding> {
  const endAt = performance.now() + 30_000
  for (;;) {
    const findings = await examine(at, options)
    try {
      return expectOnly(findings, code)
    } catch (error) {
      if (performance.now() > endAt) throw error
    }
  }
}

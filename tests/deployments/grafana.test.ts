import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Disredis } from '@disredis/client'
import { startFleet } from '@disredis/fleet'
import { collectDisredisMetrics } from '@disredis/telemetry/prometheus'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { unpackedPackages } from '../debian/unpacked-packages.js'

const run = promisify(execFile)
const grafana = fileURLToPath(new URL('../../deploy/grafana', import.meta.url))
const disredis = fileURLToPath(new URL('../../packages/cli/dist/disredis.cjs', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disredis-grafana-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function promtool(...args: readonly string[]) {
  const installed = '/usr/bin/promtool'
  const program = existsSync(installed)
    ? installed
    : join(await unpackedPackages('prometheus', ['prometheus']), 'usr/bin/promtool')
  return run(program, args, { cwd: grafana })
}

interface Dashboard {
  readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
}

async function queries(): Promise<readonly string[]> {
  const dashboard: Dashboard = JSON.parse(await readFile(join(grafana, 'dashboard.json'), 'utf8'))
  const exprs = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  return [...exprs, ...dashboard.annotations.list.map(({ expr }) => expr)]
}

test('Prometheus takes the alert rules, and they fire when they should', async () => {
  await promtool('check', 'rules', 'alerts.yaml')
  const { stdout } = await promtool('test', 'rules', 'alerts.test.yaml')
  expect(stdout).toContain('SUCCESS')
})

test('every query of the dashboard is one that Prometheus takes', async () => {
  const rules = (await queries()).map((expr, index) => ({ record: `query_${index}`, expr }))
  const file = join(folder, 'queries.yaml')
  await writeFile(file, stringify({ groups: [{ name: 'queries', rules }] }))
  await promtool('check', 'rules', file)
  await writeFile(
    file,
    stringify({ groups: [{ name: 'q', rules: [{ record: 'q', expr: 'a >' }] }] }),
  )
  await expect(promtool('check', 'rules', file)).rejects.toThrow()
})

test('dashboard, alerts and documentation name the metrics that there are', async () => {
  await using fleet = await startFleet({ downAfter: 5000 })
  const metrics = await run(process.execPath, [
    disredis,
    'metrics',
    '-s',
    fleet.sentinels.join(','),
  ])
  const exported = namesIn(metrics.stdout)
  await using redis = await Disredis.connect({ sentinels: fleet.sentinels, cache: {} })
  const register = new Registry()
  using _collection = collectDisredisMetrics({ register, clients: [redis] })
  const collected = namesIn(await register.metrics())
  const names = new Set([...exported, ...collected])
  const alerts = parse(await readFile(join(grafana, 'alerts.yaml'), 'utf8')) as {
    groups: { rules: { expr: string; alert: string }[] }[]
  }
  const rules = alerts.groups.flatMap((group) => group.rules)
  const used = [...(await queries()), ...rules.map(({ expr }) => expr)].flatMap((expr) => [
    ...expr.matchAll(/\bdisredis_\w+/g),
  ])
  expect(used.length).toBeGreaterThan(20)
  for (const [name] of used) expect(names).toContain(name)

  const page = await readFile(join(grafana, '../../docs/monitoring.md'), 'utf8')
  for (const { alert } of rules) expect(page).toContain(`\`${alert}\``)
  expect(documentedIn(page)).toEqual(exported)
  const readme = join(grafana, '../../packages/telemetry/README.md')
  expect(documentedIn(await readFile(readme, 'utf8'))).toEqual(collected)
})

/** Of a text for Prometheus. */
function namesIn(metrics: string): readonly string[] {
  return [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!).sort()
}

/** The first cell of the rows of a page's tables: `` `disredis_a`, `_b`, `disredis_c` ``. */
function documentedIn(page: string): readonly string[] {
  const cells = [...page.matchAll(/^\| (`disredis_\w+`[^|]*) \|/gm)].map(([, cell]) => cell!)
  return cells
    .flatMap((cell) => {
      const words = [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!)
      return words.map((word) => (word.startsWith('_') ? `${words[0]}${word}` : word))
    })
    .sort()
}

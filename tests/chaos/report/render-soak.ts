import type { SoakSummary } from '../soak/soak-summary.js'

export function renderSoak(soaks: readonly SoakSummary[]): string[] {
  return soaks.flatMap((soak) => [
    '## Soak',
    '',
    `${Math.round(soak.duration / 60)} minutes of random schedules from seed ${soak.seed} (\`${soak.command}\`, ${soak.takenOn}):`,
    `${soak.rounds} rounds, ${soak.failovers} failovers, ${soak.acked.toLocaleString('en-US')} acknowledged writes,`,
    `${soak.unknown.toLocaleString('en-US')} with an unknown outcome, ${soak.lost} lost in crashes (replication is asynchronous),`,
    `**${soak.violations.length} violations**.`,
    '',
    `Faults: ${Object.entries(soak.faults)
      .map(([name, count]) => `${count} × ${name}`)
      .join(', ')}.`,
    '',
    ...soak.violations.map((violation) => `- ${violation}`),
    '',
  ])
}

import { scenarios } from '../scenarios/index.js'

export function listScenarios(): void {
  for (const { id, fault, title, isLong, needsNamespace, hasPeers } of scenarios) {
    const notes = [
      isLong === true && 'long',
      needsNamespace === true && 'network namespace',
      hasPeers === true && 'peers',
    ].filter(Boolean)
    const row = fault === 0 ? '  ' : `${fault}`.padStart(2)
    console.log(
      `${row}  ${id.padEnd(34)} ${title}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`,
    )
  }
}

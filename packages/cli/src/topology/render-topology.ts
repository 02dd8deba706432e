import type { Colours } from '../output/colours.js'
import { table } from '../output/table.js'
import type { NodeDescription, TopologyDescription } from './describe-topology.js'

export function renderTopology(
  { shards, sentinels, differences }: TopologyDescription,
  colours: Colours,
): string[] {
  const { strong, faint, bad, warn, good } = colours
  const state = (failure: string | undefined) => (failure === undefined ? good('ok') : bad(failure))
  return [
    ...shards.flatMap(({ name, nodes, configEpoch, quorum, flags, keys }) => [
      `${strong(name)}  ${faint(`epoch ${configEpoch}, quorum ${quorum}, ${keys} keys`)}${
        flags.some((flag) => flag !== 'master')
          ? `  ${bad(flags.filter((flag) => flag !== 'master').join(' '))}`
          : ''
      }`,
      ...indent(
        table(
          nodes.map((node) => [
            node.role,
            node.address,
            node.version ?? '',
            nodeNotes(node),
            state(node.failure),
          ]),
        ),
      ),
    ]),
    strong('Sentinels'),
    ...indent(
      table(
        sentinels.map(({ address, version, failure, isTilted }) => [
          address,
          version ?? '',
          isTilted ? warn('tilt') : '',
          state(failure),
        ]),
      ),
    ),
    ...differences.flatMap(({ shard, what, opinions }) => [
      warn(`Sentinels differ about ${shard}: ${what}`),
      ...indent(table(Object.entries(opinions))),
    ]),
  ]
}

function nodeNotes({ role, lag, link, priority }: NodeDescription): string {
  if (role !== 'replica') return ''
  return [
    link === 'connected' ? '' : `link: ${link}`,
    lag === undefined ? '' : `lag ${lag} bytes`,
    priority === 0 ? 'never promoted' : '',
  ]
    .filter((note) => note !== '')
    .join(', ')
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

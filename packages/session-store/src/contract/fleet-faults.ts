import type { FailoverKind } from './failover-contract.js'

/** One of its servers. */
export interface ContractNode {
  kill(): Promise<unknown>
  pause(): Promise<unknown>
  resume(): Promise<unknown>
}

/** What the suites ask of the fleets of @disredis/fleet, on which this package does not depend. */
export interface ContractFleet<Node extends ContractNode> {
  readonly masters: readonly string[]
  master(name: string): Node
  failover(name: string): Promise<unknown>
  waitForMaster(name: string, condition: { not: Node }): Promise<unknown>
}

/** `freeze` of a subject whose sessions are on this fleet. */
export async function freezeMasters<Node extends ContractNode>(
  fleet: ContractFleet<Node>,
): Promise<{ end(): Promise<void> }> {
  const nodes = fleet.masters.map((name) => fleet.master(name))
  await Promise.all(nodes.map((node) => node.pause()))
  return {
    end: async () => {
      await Promise.all(nodes.map((node) => node.resume()))
    },
  }
}

/** `lose` of a deployment on this fleet: its first master goes. */
export async function loseMaster<Node extends ContractNode>(
  fleet: ContractFleet<Node>,
  kind: FailoverKind,
): Promise<void> {
  const [name] = fleet.masters
  if (name === undefined) throw new Error('The fleet has no master')
  const lost = fleet.master(name)
  if (kind === 'crash') await lost.kill()
  else if (kind === 'freeze') await lost.pause()
  else await fleet.failover(name)
  await fleet.waitForMaster(name, { not: lost })
}

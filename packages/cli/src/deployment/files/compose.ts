import type { Plan, PlannedNode } from '../plan.js'

const IMAGE = 'redis:8'

/** Every node is a container of its own here, found by its name. */
export function composeNodeName(node: PlannedNode): string {
  return node.kind === 'sentinel' ? `sentinel-${node.host.name}` : `${node.shard}-${node.host.name}`
}

/** The plan, with names of containers in place of addresses. */
export function composePlan(plan: Plan): Plan {
  const renamed = new Map<PlannedNode, PlannedNode>()
  const rename = (node: PlannedNode): PlannedNode => {
    const known = renamed.get(node)
    if (known !== undefined) return known
    const { master, ...rest } = node
    const moved: PlannedNode = {
      ...rest,
      address: composeNodeName(node),
      ...(master === undefined ? {} : { master: rename(master) }),
    }
    renamed.set(node, moved)
    return moved
  }
  return {
    ...plan,
    nodes: plan.nodes.map(rename),
    masters: plan.masters.map(rename),
    sentinels: plan.sentinels.map(rename),
  }
}

/** One machine for a look at it: all hosts in one compose project. */
export function composeFile(plan: Plan): object {
  const services = Object.fromEntries(
    plan.nodes.map((node) => {
      const name = composeNodeName(node)
      const program =
        node.kind === 'sentinel'
          ? 'exec redis-server /data/server.conf --sentinel'
          : 'exec redis-server /data/server.conf'
      return [
        name,
        {
          image: IMAGE,
          hostname: name,
          restart: 'unless-stopped',
          // The server rewrites its configuration: it gets a copy that is its own and lasts.
          command: [
            'sh',
            '-c',
            `[ -f /data/server.conf ] || cp /config/server.conf /data/server.conf; cp /config/users.acl /data/users.acl; ${program}`,
          ],
          volumes: [`./config/${name}:/config:ro`, `${name}:/data`],
          networks: ['redis'],
          // No password is needed to hear that it is up and asks for one.
          healthcheck: {
            test: ['CMD-SHELL', `redis-cli -p ${node.port} PING | grep -q NOAUTH`],
            interval: '5s',
            timeout: '3s',
            retries: 5,
          },
        },
      ]
    }),
  )
  return {
    services,
    networks: { redis: {} },
    volumes: Object.fromEntries(plan.nodes.map((node) => [composeNodeName(node), {}])),
  }
}

import { stringify } from 'yaml'
import type { DeploymentDescription } from './description.js'
import { composeFile, composeNodeName, composePlan } from './files/compose.js'
import { installNotes } from './files/install-notes.js'
import { kubernetesManifests } from './files/kubernetes.js'
import { type NodePaths, redisConfig, sentinelConfig } from './files/server-config.js'
import { supervisorPrograms } from './files/supervisor.js'
import { systemdUnit, unitName } from './files/systemd.js'
import { dataUsers, sentinelUsers } from './files/users.js'
import { type Plan, type PlannedNode, planDeployment } from './plan.js'
import type { Secrets } from './secrets.js'

export interface GeneratedFile {
  readonly content: string
  /** Holds passwords. */
  readonly isSecret: boolean
}

/** Every file of a deployment by its path. Pure: the same description and secrets, the same files. */
export function generateDeployment(
  description: DeploymentDescription,
  secrets: Secrets,
): ReadonlyMap<string, GeneratedFile> {
  const plan = planDeployment(description)
  const files = new Map<string, GeneratedFile>()
  const add = (path: string, content: string, isSecret = false) =>
    files.set(path, { content, isSecret })

  for (const host of description.hosts) {
    const nodes = plan.nodes.filter((node) => node.host === host)
    const { config, data, tls } = description.paths
    const folder = `hosts/${host.name}`
    for (const node of nodes) {
      const users = `${config}/${node.kind === 'sentinel' ? 'sentinel-users' : 'users'}.acl`
      const paths = { users, tls, data: `${data}/${node.name}` }
      add(`${folder}${config}/${node.name}.conf`, configOf(plan, node, secrets, paths), true)
      add(`${folder}/etc/systemd/system/${unitName(node)}`, systemdUnit(node, description.paths))
    }
    if (host.data) add(`${folder}${config}/users.acl`, dataUsers(secrets), true)
    add(`${folder}${config}/sentinel-users.acl`, sentinelUsers(secrets), true)
    add(`${folder}/etc/supervisor/conf.d/redis.conf`, supervisorPrograms(nodes, description.paths))
  }

  const containers = composePlan(plan)
  add('compose/compose.yaml', yaml(composeFile(containers)))
  for (const node of containers.nodes) {
    const folder = `compose/config/${composeNodeName(node)}`
    const paths = { users: '/data/users.acl', data: '/data', tls: '/config' }
    // Certificates are the user's own: the containers speak without.
    const plain = { ...containers, description: { ...description, tls: false } }
    add(`${folder}/server.conf`, configOf(plain, node, secrets, paths), true)
    const isSentinel = node.kind === 'sentinel'
    add(`${folder}/users.acl`, isSentinel ? sentinelUsers(secrets) : dataUsers(secrets), true)
  }

  for (const [name, objects] of kubernetesManifests(plan, secrets)) {
    const documents = objects.map(yaml).join('---\n')
    add(`kubernetes/${name}`, documents, name.includes('secret'))
  }

  add('client.env', clientEnvironment(plan, secrets), true)
  add('README.md', installNotes(plan))
  return files
}

/** Anchors are right, and nobody expects them. */
function yaml(object: object): string {
  return stringify(object, { aliasDuplicateObjects: false })
}

function configOf(plan: Plan, node: PlannedNode, secrets: Secrets, paths: NodePaths): string {
  return node.kind === 'sentinel'
    ? sentinelConfig(plan, node, secrets, paths)
    : redisConfig(plan, node, secrets, paths)
}

/** What an application, or `disredis`, needs to know. */
function clientEnvironment(plan: Plan, secrets: Secrets): string {
  const sentinels = plan.sentinels.map(({ address, port }) => `${address}:${port}`)
  return [
    `DISREDIS_SENTINELS=${sentinels.join(',')}`,
    'DISREDIS_USERNAME=app',
    `DISREDIS_PASSWORD=${secrets.app}`,
    'DISREDIS_SENTINEL_USERNAME=sentinel-app',
    `DISREDIS_SENTINEL_PASSWORD=${secrets['sentinel-app']}`,
    ...(plan.description.tls ? ['DISREDIS_TLS=1', 'DISREDIS_SENTINEL_TLS=1'] : []),
    '',
  ].join('\n')
}

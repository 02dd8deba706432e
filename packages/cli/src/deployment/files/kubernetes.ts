import type { Plan } from '../plan.js'
import type { Secrets } from '../secrets.js'
import { dataUsers, sentinelUsers } from './users.js'

const IMAGE = 'redis:8'
const SENTINELS = 3

const labels = (component: string) => ({
  'app.kubernetes.io/name': 'redis',
  'app.kubernetes.io/component': component,
})

/**
 * A StatefulSet for each shard and one for the Sentinels, found by the names of their pods. Files by
 * name, each a list of objects.
 */
export function kubernetesManifests(
  plan: Plan,
  secrets: Secrets,
): ReadonlyMap<string, readonly object[]> {
  const { shards } = plan.description
  return new Map([
    ['10-secret.yaml', [secretOf(secrets)]],
    ['20-config.yaml', [configOf(plan)]],
    ...shards.map((shard, index): [string, object[]] => [
      `30-${shard}.yaml`,
      nodesOf(plan, shard, plan.description.dataPort + index),
    ]),
    ['40-sentinel.yaml', sentinelsOf(plan)],
  ])
}

function secretOf(secrets: Secrets): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'redis', labels: labels('secret') },
    type: 'Opaque',
    stringData: {
      'users.acl': dataUsers(secrets),
      'sentinel-users.acl': sentinelUsers(secrets),
      replication: secrets.replication,
      sentinel: secrets.sentinel,
      'sentinel-peer': secrets['sentinel-peer'],
      'sentinel-app': secrets['sentinel-app'],
    },
  }
}

/** Scripts that write each pod's configuration when it starts. */
function configOf({ description, quorum }: Plan): object {
  const { downAfter, failoverTimeout, shards, dataPort, sentinelPort, maxmemory } = description
  const monitors = shards.map((shard, index) => {
    const port = dataPort + index
    return `cat <<EOF
sentinel monitor ${shard} ${shard}-0.${shard} ${port} ${quorum}
sentinel auth-user ${shard} sentinel
sentinel auth-pass ${shard} $(cat /secret/sentinel)
sentinel down-after-milliseconds ${shard} ${downAfter}
sentinel failover-timeout ${shard} ${failoverTimeout}
sentinel parallel-syncs ${shard} 1
EOF`
  })
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'redis', labels: labels('config') },
    data: {
      'write-server-config.sh': `set -eu
# Once: afterwards the server keeps its role here, as Sentinel has it rewritten.
cp /secret/users.acl /data/users.acl
[ -f /data/server.conf ] && exit 0
# Who is master is what the Sentinels say; at the very first start, the first pod.
master=$(redis-cli -h sentinel -p ${sentinelPort} --user sentinel-app --pass "$(cat /secret/sentinel-app)" --no-auth-warning \\
  SENTINEL GET-MASTER-ADDR-BY-NAME "$SHARD" 2>/dev/null | head -1 || true)
case "$master" in *.*) ;; *) master="$SHARD-0.$SHARD" ;; esac
self="$POD.$SHARD"
cat > /data/server.conf <<EOF
bind * -::*
port $PORT
protected-mode yes
replica-announce-ip $self
replica-announce-port $PORT
masteruser replication
masterauth $(cat /secret/replication)
appendonly yes
dir /data
aclfile /data/users.acl
repl-backlog-size 64mb
client-output-buffer-limit replica 512mb 256mb 60
maxmemory ${maxmemory}
maxmemory-policy noeviction
EOF
[ "$master" = "$self" ] || echo "replicaof $master $PORT" >> /data/server.conf
`,
      'write-sentinel-config.sh': `set -eu
cp /secret/sentinel-users.acl /data/users.acl
[ -f /data/sentinel.conf ] && exit 0
{
cat <<EOF
bind * -::*
port ${sentinelPort}
protected-mode yes
dir /data
aclfile /data/users.acl
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $POD.sentinel
sentinel announce-port ${sentinelPort}
sentinel sentinel-user sentinel-peer
sentinel sentinel-pass $(cat /secret/sentinel-peer)
EOF
${monitors.join('\n')}
} > /data/sentinel.conf
`,
    },
  }
}

function nodesOf({ description }: Plan, shard: string, port: number): object[] {
  return [
    headlessService(shard, port),
    disruptionBudget(shard),
    statefulSet({
      name: shard,
      replicas: description.replicasPerShard + 1,
      port,
      writer: 'write-server-config.sh',
      command: ['redis-server', '/data/server.conf'],
      env: [
        { name: 'SHARD', value: shard },
        { name: 'PORT', value: `${port}` },
      ],
    }),
  ]
}

function sentinelsOf({ description }: Plan): object[] {
  const port = description.sentinelPort
  return [
    headlessService('sentinel', port),
    disruptionBudget('sentinel'),
    statefulSet({
      name: 'sentinel',
      replicas: SENTINELS,
      port,
      writer: 'write-sentinel-config.sh',
      command: ['redis-server', '/data/sentinel.conf', '--sentinel'],
      env: [],
    }),
  ]
}

function headlessService(name: string, port: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: labels(name) },
    spec: {
      clusterIP: 'None',
      // Names exist before a pod is ready: servers find each other while they start.
      publishNotReadyAddresses: true,
      selector: labels(name),
      ports: [{ name: 'redis', port }],
    },
  }
}

function disruptionBudget(name: string): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, labels: labels(name) },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels(name) } },
  }
}

interface SetOptions {
  readonly name: string
  readonly replicas: number
  readonly port: number
  readonly writer: string
  readonly command: readonly string[]
  readonly env: readonly object[]
}

function statefulSet({ name, replicas, port, writer, command, env }: SetOptions): object {
  const mounts = [
    { name: 'data', mountPath: '/data' },
    { name: 'config', mountPath: '/config', readOnly: true },
    { name: 'secret', mountPath: '/secret', readOnly: true },
  ]
  const pod = { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }
  const isUp = { exec: { command: ['sh', '-c', `redis-cli -p ${port} PING | grep -q NOAUTH`] } }
  const security = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels: labels(name) },
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: 'OrderedReady',
      selector: { matchLabels: labels(name) },
      template: {
        metadata: { labels: labels(name) },
        spec: {
          terminationGracePeriodSeconds: 120,
          securityContext: { runAsUser: 999, runAsGroup: 999, fsGroup: 999, runAsNonRoot: true },
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  topologyKey: 'kubernetes.io/hostname',
                  labelSelector: { matchLabels: labels(name) },
                },
              ],
            },
          },
          initContainers: [
            {
              name: 'config',
              image: IMAGE,
              command: ['sh', `/config/${writer}`],
              env: [pod, ...env],
              volumeMounts: mounts,
              securityContext: security,
            },
          ],
          containers: [
            {
              name: 'redis',
              image: IMAGE,
              command,
              ports: [{ name: 'redis', containerPort: port }],
              volumeMounts: mounts.filter((mount) => mount.name === 'data'),
              startupProbe: { ...isUp, periodSeconds: 2, failureThreshold: 150 },
              readinessProbe: { ...isUp, periodSeconds: 5, timeoutSeconds: 3 },
              livenessProbe: {
                ...isUp,
                periodSeconds: 20,
                timeoutSeconds: 10,
                failureThreshold: 6,
              },
              resources: { requests: { cpu: '100m', memory: '256Mi' } },
              securityContext: security,
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: 'redis' } },
            { name: 'secret', secret: { secretName: 'redis', defaultMode: 0o440 } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '4Gi' } } },
        },
      ],
    },
  }
}

import type { Plan } from '../plan.js'
import { unitName } from './systemd.js'

/** README.md of a deployment: what goes where. */
export function installNotes(plan: Plan): string {
  const { description, nodes, sentinels, quorum } = plan
  const { paths, tls } = description
  const hosts = description.hosts.map((host) => {
    const here = nodes.filter((node) => node.host === host)
    const roles = here.map((node) => {
      if (node.kind === 'sentinel') return 'Sentinel'
      return `${node.master === undefined ? 'master' : 'replica'} of ${node.shard} (${node.port})`
    })
    return `| ${host.name} | ${host.address} | ${roles.join(', ')} |`
  })
  const units = [...new Set(nodes.map(unitName))].join(' ')
  return `# A deployment that survives the loss of any one host

Written by \`disredis init\`; change \`description.yaml\` and run it again.

| host | address | runs at first |
|---|---|---|
${hosts.join('\n')}

${sentinels.length} Sentinels, quorum ${quorum}. Which node is master changes with every failover: see \`disredis topology\`.

## Install

On each host, as root, with its folder of \`hosts/\`${tls ? ` and its certificates in ${paths.tls} (ca.crt, server.crt for its address, server.key)` : ''}:

\`\`\`sh
apt-get install redis-server && systemctl disable --now redis-server
cp -r hosts/NAME/etc/redis /etc/
for node in ${[...new Set(nodes.map(({ name }) => name))].join(' ')}; do install -d -o redis -g redis -m 750 ${paths.data}/$node; done
chown -R redis:redis ${paths.config} && chmod 750 ${paths.config} && chmod 640 ${paths.config}/*.conf ${paths.config}/*.acl
\`\`\`

Then with systemd, those of the units that the host has (${units}):

\`\`\`sh
cp hosts/NAME/etc/systemd/system/*.service /etc/systemd/system/
systemctl daemon-reload && systemctl enable --now redis-shard-1 redis-sentinel
\`\`\`

or with Supervisor:

\`\`\`sh
cp hosts/NAME/etc/supervisor/conf.d/redis.conf /etc/supervisor/conf.d/
supervisorctl update
\`\`\`

Finally, from where the applications run:

\`\`\`sh
set -a; . ./client.env; set +a
disredis doctor --simulate
\`\`\`

\`compose/\` is the same deployment on one machine, to try it: \`docker compose up -d\` in that folder. \`kubernetes/\` is the same in a cluster: \`kubectl apply -f kubernetes/\`.

Passwords are in the configuration and in \`secrets.json\`: keep both out of version control.
`
}

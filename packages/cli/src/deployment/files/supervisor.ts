import type { PathDescription } from '../description.js'
import type { PlannedNode } from '../plan.js'

/** conf.d of one host: a program for each of its servers. */
export function supervisorPrograms(
  nodes: readonly PlannedNode[],
  paths: PathDescription,
  user: string | undefined = 'redis',
): string {
  return nodes
    .map(
      (node) => `[program:redis-${node.name}]
command=${paths.server} ${paths.config}/${node.name}.conf${node.kind === 'sentinel' ? ' --sentinel' : ''}
directory=${paths.data}/${node.name}
${user === undefined ? '' : `user=${user}\n`}umask=077
autostart=true
autorestart=true
startsecs=2
startretries=1000
stopsignal=TERM
stopwaitsecs=120
redirect_stderr=true
stdout_logfile=AUTO
`,
    )
    .join('\n')
}

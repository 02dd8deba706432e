import type { PathDescription } from '../description.js'
import type { PlannedNode } from '../plan.js'

/** `redis-shard-1.service`, `redis-sentinel.service`. */
export function unitName({ name }: PlannedNode): string {
  return `redis-${name}.service`
}

export function systemdUnit(node: PlannedNode, paths: PathDescription): string {
  const isSentinel = node.kind === 'sentinel'
  return `[Unit]
Description=Redis ${isSentinel ? 'Sentinel' : `server of ${node.shard}`}
Documentation=https://github.com/disredis/disredis/blob/main/docs/operations.md
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart=${paths.server} ${paths.config}/${node.name}.conf${isSentinel ? ' --sentinel' : ''}
User=redis
Group=redis
UMask=0077
Restart=always
RestartSec=1
TimeoutStartSec=600
TimeoutStopSec=120
LimitNOFILE=65535
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectHome=yes
ProtectSystem=strict
# The configuration is rewritten at every failover.
ReadWritePaths=${paths.config} ${paths.data}

[Install]
WantedBy=multi-user.target
`
}

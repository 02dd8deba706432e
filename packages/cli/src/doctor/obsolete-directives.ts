export interface ObsoleteDirective {
  readonly line: number
  readonly directive: string
  /** Today's servers do not start with it. */
  readonly isFatal: boolean
  readonly instead: string
}

const gone = (instead: string) => ({ isFatal: true, instead })
const renamed = (name: string) => ({ isFatal: false, instead: `Write ${name}` })

const directives: Readonly<Record<string, { isFatal: boolean; instead: string }>> = {
  'sentinel can-failover': gone('Delete the line: every Sentinel may fail over since Redis 2.8'),
  'vm-enabled': gone('Delete the line and all vm-…: virtual memory left with Redis 2.6'),
  'really-use-vm': gone('Delete the line: virtual memory left with Redis 2.6'),
  glueoutputbuf: gone('Delete the line'),
  'hash-max-zipmap-entries': gone('Write hash-max-listpack-entries'),
  'hash-max-zipmap-value': gone('Write hash-max-listpack-value'),
  slaveof: renamed('replicaof'),
  'slave-priority': renamed('replica-priority'),
  'slave-read-only': renamed('replica-read-only'),
  'slave-serve-stale-data': renamed('replica-serve-stale-data'),
  'slave-announce-ip': renamed('replica-announce-ip'),
  'slave-announce-port': renamed('replica-announce-port'),
  'min-slaves-to-write': renamed('min-replicas-to-write'),
  'min-slaves-max-lag': renamed('min-replicas-max-lag'),
}

/** What a redis.conf or sentinel.conf should no longer have. */
export function obsoleteDirectives(text: string): readonly ObsoleteDirective[] {
  return text.split('\n').flatMap((content, index) => {
    const words = content.trim().toLowerCase().split(/\s+/u)
    const directive = words[0] === 'sentinel' ? words.slice(0, 2).join(' ') : (words[0] ?? '')
    const known = Object.hasOwn(directives, directive) ? directives[directive] : undefined
    return known === undefined ? [] : [{ line: index + 1, directive, ...known }]
  })
}

import type { Command } from 'commander'

/** What the options of the command line leave behind; all of it optional. */
export interface ConnectionFlags {
  readonly sentinels?: string
  readonly masters?: string
  readonly weights?: string
  readonly keyPrefix?: string
  readonly ringName?: string
  readonly username?: string
  readonly passwordFile?: string
  readonly askPassword?: boolean
  readonly sentinelUsername?: string
  readonly sentinelPasswordFile?: string
  readonly askSentinelPassword?: boolean
  readonly tls?: boolean
  readonly sentinelTls?: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly natMap?: string
  readonly timeout?: string
}

/** Gives a command the options that say where the deployment is and how it is entered. */
export function withConnection(command: Command): Command {
  return command
    .optionsGroup(
      'Connection (each also has an environment variable, DISREDIS_…; see `disredis help connection`):',
    )
    .option('-s, --sentinels <list>', 'h1:26379,h2:26379, or a redis-sentinel:// URL')
    .option('--masters <names>', 'the shards, if not every master that the Sentinels watch')
    .option('--weights <list>', 'weights of the shards in the clients: a=1,b=2')
    .option('--key-prefix <prefix>', 'keyPrefix of the clients')
    .option('--ring-name <name>', 'ringName of the clients (default)')
    .option('--username <name>', 'ACL user of masters and replicas')
    .option('--password-file <file>', 'file with its password (or set DISREDIS_PASSWORD)')
    .option('--ask-password', 'ask for its password')
    .option('--sentinel-username <name>', 'ACL user of the Sentinels')
    .option(
      '--sentinel-password-file <file>',
      'file with its password (or set DISREDIS_SENTINEL_PASSWORD)',
    )
    .option('--ask-sentinel-password', 'ask for its password')
    .option('--tls', 'TLS to masters and replicas')
    .option('--sentinel-tls', 'TLS to the Sentinels')
    .option('--ca <file>', 'certificates of the authority, PEM')
    .option('--cert <file>', 'certificate of this client, PEM')
    .option('--key <file>', 'its key, PEM')
    .option('--nat-map <file>', 'JSON: { "10.0.0.1:6379": "gateway:7001" }')
    .option('--timeout <ms>', 'time limit per node (900)')
}

/** Text of `disredis help connection`. */
export const connectionHelp = `Every command that talks to a deployment finds it the same way. The command
line wins over variables, variables over the URL.

  --sentinels              DISREDIS_SENTINELS          h1:26379,h2:26379
                           DISREDIS_URL                redis-sentinel://user:password@h1,h2/0?masters=a,b
  --masters                DISREDIS_MASTERS            a,b
  --weights                DISREDIS_WEIGHTS            a=1,b=2
  --key-prefix             DISREDIS_KEY_PREFIX
  --ring-name              DISREDIS_RING_NAME
  --username               DISREDIS_USERNAME
  --password-file          DISREDIS_PASSWORD_FILE, or the password itself: DISREDIS_PASSWORD
  --sentinel-username      DISREDIS_SENTINEL_USERNAME
  --sentinel-password-file DISREDIS_SENTINEL_PASSWORD_FILE, DISREDIS_SENTINEL_PASSWORD
  --tls, --sentinel-tls    DISREDIS_TLS, DISREDIS_SENTINEL_TLS     1
  --ca, --cert, --key      DISREDIS_CA, DISREDIS_CERT, DISREDIS_KEY    files
  --nat-map                DISREDIS_NAT_MAP            file
  --timeout                DISREDIS_TIMEOUT            ms

Passwords are never taken from the command line, where every user of the machine can read them in the
list of processes: use a variable, a file, or --ask-password.

Exit codes: 0 fine, 1 findings, 2 wrong usage, 3 nothing could be reached.`

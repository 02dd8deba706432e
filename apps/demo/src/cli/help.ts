export const help = `disredis demo: traffic on every shard of a Sentinel deployment, faults on demand,
and every acknowledged write verified.

  npm start                               a page in the browser: press buttons, break masters
  npm start -- --terminal                 the same in the terminal; faults by key
  npm start -- --script NAME|TEXT         runs a script and ends
  npm start -- --script failover --json   the unattended check: figures as JSON on stdout

Options
  --script NAME|TEXT   what to do; see Scripts
  --json               the report as JSON on stdout, progress on stderr; needs --script
  --terminal           the view of the terminal, without the page
  --host HOST          who may see the page; 127.0.0.1 (this machine only) by default. Others may
                       look; only who has the printed address may break things
  --port PORT          of the page; by default 4600, or a free one when that is taken
  --plain              log lines in place of the live view (always so without a terminal)
  -h, --help           this text

Keys of the terminal; the page has its own, under ?
  o, t                 open the page; show the view of the terminal (by itself where no browser is)
  1-9, arrows          pick a shard
  c                    crash its master (kill -9)
  f                    freeze its master (SIGSTOP)
  p                    planned failover (SENTINEL FAILOVER)
  r                    restore what was crashed or frozen (restart, SIGCONT)
  q, Ctrl-C            quit

Scripts: statements separated by ";" or line ends
  crash [SHARD]        kill -9; ends when the shard is served by its new master
  freeze [SHARD]       SIGSTOP; the same
  planned [SHARD]      SENTINEL FAILOVER; the same
  restore [SHARD]      brings back what was crashed or frozen, on all shards by default
  sync [SHARD]         waits for replicas, then verifies every acknowledged write
  wait TIME            wait 5s, wait 300ms
  repeat N { ... }     the statements in braces, N times
A fault without SHARD goes to the next shard in turn. Before a fault its shard is synced.
  Names: failover       crash, freeze and planned failover in turn, 5 of each over all shards
         failover-once  one of each
  Example: --script "crash shard-1; wait 5s; restore"

Environment: none of it is needed; without DISREDIS_SENTINELS the demo starts a fleet of its own
(3 masters with a replica each, 3 Sentinels, down-after 1 s) and ends it.
  DISREDIS_SENTINELS             use this deployment: host:port,host:port. It is a stranger's:
                                 faults are planned failovers only, keys are removed at the end
  DISREDIS_MASTERS               only these of its masters: name,name
  DISREDIS_USERNAME, DISREDIS_PASSWORD                     of masters and replicas
  DISREDIS_SENTINEL_USERNAME, DISREDIS_SENTINEL_PASSWORD   of the Sentinels
  DISREDIS_TLS                   1, or the path of a CA file (PEM)
  DISREDIS_REDIS_SERVER          the redis-server or valkey-server that the own fleet runs

Exit codes
  0  every guarantee that could be judged held     2  unusable arguments, nothing was started
  1  a guarantee was broken: see the report        3  the deployment could not be started or reached
  130  interrupted
`

/** @param {[text: string, link: string][]} items */
const pages = (items) => items.map(([text, link]) => ({ text, link }))

/** In the order in which somebody who starts needs them. */
export const sidebar = [
  {
    text: 'Start',
    items: pages([
      ['Five minutes', '/five-minutes'],
      ['Concepts', '/concepts'],
      ['What teams ask first', '/#what-teams-ask-first'],
    ]),
  },
  {
    text: 'Use',
    items: pages([
      ['Express', '/sessions-express'],
      ['Fastify', '/sessions-fastify'],
      ['NestJS', '/nestjs'],
      ['Session security', '/session-security'],
      ['Commands', '/commands'],
      ['Near cache', '/near-cache'],
      ['Libraries over ioredis', '/libraries'],
      ['Testing with a fleet', '/testing'],
      ['Errors by code', '/errors'],
    ]),
  },
  {
    text: 'Operate',
    items: pages([
      ['What a failover does', '/failover'],
      ['Monitoring', '/monitoring'],
      ['Logging', '/logging'],
      ['Prometheus and OpenTelemetry', '/metrics-and-traces'],
      ['Deployment', '/deployment'],
      ['TLS', '/tls'],
      ['Least privilege', '/least-privilege'],
      ['Where a key lives', '/where-a-key-lives'],
      ['A full shard', '/full-shard'],
      ['Adding a master', '/adding-a-master'],
      ['Runbooks', '/operations'],
      ['Upgrading servers', '/upgrading-servers'],
      ['What disredis doctor finds', '/doctor'],
    ]),
  },
  {
    text: 'Where it runs',
    items: pages([
      ['Kubernetes', '/kubernetes'],
      ['Managed services', '/managed-services'],
      ['Serverless and bundlers', '/serverless-and-bundlers'],
    ]),
  },
  {
    text: 'Come from elsewhere',
    items: pages([
      ['From ioredis', '/migrate-from-ioredis'],
      ['From node-redis', '/migrate-from-node-redis'],
      ['From connect-redis', '/migrate-connect-redis'],
      ['From @mgcrea/fastify-session', '/migrate-mgcrea'],
      ['From one Redis to several masters', '/one-redis-to-three'],
      ['Compared: Cluster, proxies, others', '/compared'],
    ]),
  },
  {
    text: 'Packages',
    items: pages([
      ['client', '/packages/client'],
      ['express-session', '/packages/express-session'],
      ['fastify-session', '/packages/fastify-session'],
      ['session-store', '/packages/session-store'],
      ['sentinel', '/packages/sentinel'],
      ['hash-ring', '/packages/hash-ring'],
      ['connection', '/packages/connection'],
      ['fleet', '/packages/fleet'],
      ['cli', '/packages/cli'],
      ['telemetry', '/packages/telemetry'],
    ]),
  },
  {
    text: 'API',
    items: pages([
      ['client', '/api/client'],
      ['client/bullmq', '/api/client-bullmq'],
      ['express-session', '/api/express-session'],
      ['fastify-session', '/api/fastify-session'],
      ['session-store', '/api/session-store'],
      ['session-store/adapter', '/api/session-store-adapter'],
      ['sentinel', '/api/sentinel'],
      ['hash-ring', '/api/hash-ring'],
      ['connection', '/api/connection'],
      ['fleet', '/api/fleet'],
      ['cli', '/api/cli'],
      ['telemetry', '/api/telemetry'],
      ['telemetry/opentelemetry', '/api/telemetry-opentelemetry'],
      ['telemetry/prometheus', '/api/telemetry-prometheus'],
    ]),
  },
  {
    text: 'Behind it',
    items: pages([
      ['Architecture', '/architecture'],
      ['How it is packaged', '/packaging'],
      ['Performance', '/performance'],
      ['Benchmarks', '/benchmarks'],
      ['What the chaos suite found', '/chaos-results'],
      ['Simulation', '/simulation'],
      ['What the simulation found', '/simulation-results'],
    ]),
  },
]

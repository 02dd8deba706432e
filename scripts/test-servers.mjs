// Runs every test that needs a server on each of the known servers, or on those that are named:
//   npm run test:servers
//   npm run test:servers -- valkey-9.1
import { knownServer, knownServers } from './servers/known-servers.mjs'
import { serverPath } from './servers/server-path.mjs'
import { runAll } from './test/run-all.mjs'
import { serverTests } from './test/steps.mjs'

/** Of each server, ms. */
const LONGEST = 28 * 60_000

const names = process.argv.slice(2)
const servers = names.length === 0 ? knownServers : names.map(knownServer)
const steps = servers.flatMap((server) =>
  serverTests(server.name).map((step) => ({
    ...step,
    /** @type {import('./test/steps.mjs').Step['run']} */
    run: async (tell, signal) => {
      process.env.DISREDIS_REDIS_SERVER = await serverPath(server)
      return step.run(tell, signal)
    },
  })),
)
await runAll(steps, LONGEST * servers.length)

/**
 * What may be downloaded of each package, in kB (1000 bytes, packed). A little more than it is: code that
 * grows it by a quarter is a decision, and this is where it is taken.
 */
export const sizeBudgets: ReadonlyMap<string, number> = new Map([
  ['@disredis/cli', 75],
  ['@disredis/client', 120],
  ['@disredis/connection', 30],
  ['@disredis/express-session', 24],
  ['@disredis/fastify-session', 15],
  ['@disredis/fleet', 38],
  ['@disredis/hash-ring', 12],
  ['@disredis/sentinel', 35],
  ['@disredis/session-store', 60],
  ['@disredis/telemetry', 24],
])

import { Script } from '../script.js'

/**
 * Removes sessions from their user's list if they were entered long enough ago: the session of a
 * recent entry may be about to be written.
 *
 * ARGV: 1 least age of an entry (ms); 2... sessions.
 * Returns how many were removed.
 */
export const forgetScript = new Script(`
local key = KEYS[1]
local time = redis.call('TIME')
local newest = time[1] * 1000000 + time[2] - tonumber(ARGV[1]) * 1000
local removed = 0
for i = 2, #ARGV do
  local entered = tonumber(redis.call('ZSCORE', key, ARGV[i]))
  if entered and entered <= newest then removed = removed + redis.call('ZREM', key, ARGV[i]) end
end
return removed
`)

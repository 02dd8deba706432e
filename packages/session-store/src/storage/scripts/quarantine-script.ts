import { Script } from '../script.js'

/**
 * Marks a session whose value cannot be read: it counts as ended, its fields stay for inspection
 * until they expire, a week if they never would. Only if it is still what was read.
 *
 * ARGV: 1 version that was read.
 * Returns 1 if it was marked now.
 */
export const quarantineScript = new Script(`
local key = KEYS[1]
local old = redis.call('HMGET', key, 'v', 'x')
if old[2] or old[1] ~= ARGV[1] then return 0 end
redis.call('HSET', key, 'x', 'corrupt')
if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, 604800000) end
return 1
`)

import { Script } from '../script.js'

/**
 * Takes or prolongs the lock of a live session: fields 'l' (token) and 'm' (held until). The lock of a
 * session that is in connect-redis's layout is a hash with nothing else in it.
 *
 * ARGV: 1 token; 2 life of the lock (ms); 3 '1': the session is in connect-redis's layout.
 * Returns 'locked', 'taken', or 'gone' if there is no session to lock.
 */
export const lockScript = new Script(`
local key = KEYS[1]
local old = redis.call('HMGET', key, 'v', 'x', 'l', 'm')
if old[2] or not (old[1] or ARGV[3] == '1') then return 'gone' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if old[3] and old[3] ~= ARGV[1] and tonumber(old[4]) > now then return 'taken' end
redis.call('HSET', key, 'l', ARGV[1], 'm', now + ARGV[2])
if not old[1] then redis.call('PEXPIRE', key, ARGV[2]) end
return 'locked'
`)

/**
 * Gives the lock back if the token still holds it.
 *
 * ARGV: 1 token. Returns 1 if it did.
 */
export const unlockScript = new Script(`
if redis.call('HGET', KEYS[1], 'l') ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[1], 'l', 'm') > 0 and 1 or 0
`)

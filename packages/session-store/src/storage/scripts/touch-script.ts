import { Script } from '../script.js'

/**
 * Gives a live session its idle time again, and its cookie metadata if that changed. The version
 * stays: a touch conflicts with nothing.
 *
 * ARGV: 1 cookie ('' = as stored); 2 idle time (ms); 3 absolute time (ms).
 * Returns { 'touched', touched at }, or { 'gone' }, { 'expired' }.
 */
export const touchScript = new Script(`
local key = KEYS[1]
local old = redis.call('HMGET', key, 'v', 'x', 't')
if not old[1] or old[2] then return { 'gone' } end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = math.min(ARGV[2], old[3] + ARGV[3] - now)
if ttl <= 0 then return { 'expired' } end
if ARGV[1] == '' then
  redis.call('HSET', key, 'a', now)
else
  redis.call('HSET', key, 'a', now, 'c', ARGV[1])
end
redis.call('PEXPIRE', key, ttl)
return { 'touched', now }
`)

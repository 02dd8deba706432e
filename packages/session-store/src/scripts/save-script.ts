import { Script } from '../script.js'

/**
 * Writes a session: compare-and-set, create only if absent, update only if present.
 *
 * ARGV: 1 expected: '' = absent, '*' = any live version, else the version; 2 data; 3 cookie;
 * 4 user ('' = none); 5 epoch; 6 idle time (ms); 7 absolute time (ms); 8 lock token ('' = none);
 * 9 creation time of a session that is moved here ('' = now); 10 '1': an update leaves the cookie as
 * it is, because the writer did not change it and someone else may have.
 * Returns { 'saved', version, touched at, created at }, or { 'conflict' }, { 'gone' }, { 'expired' },
 * { 'foreign' }: another program's hash, { 'unlocked' }: the lock of that token is not held any more.
 */
export const saveScript = new Script(`
local key, expected = KEYS[1], ARGV[1]
local old = redis.call('HMGET', key, 'v', 'x', 't', 'l', 'm')
local version, ended, created = old[1], old[2], old[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if ended then return { 'gone' } end
if version then
  if expected ~= '*' and expected ~= version then return { 'conflict' } end
elseif expected ~= '' then
  return { 'gone' }
elseif not old[4] and redis.call('EXISTS', key) == 1 then
  return { 'foreign' }
end
if ARGV[8] ~= '' and (old[4] ~= ARGV[8] or tonumber(old[5]) <= now) then return { 'unlocked' } end

created = tonumber(created or (ARGV[9] ~= '' and ARGV[9]) or now)
local ttl = math.min(ARGV[6], created + ARGV[7] - now)
if ttl <= 0 then return { 'expired' } end

-- Numbers below 2^53, which stay exact as arguments and replies. A new session starts at the time in
-- microseconds: no version of an earlier life comes back.
local next = version and version + 1 or time[1] * 1000000 + time[2]
if version and ARGV[10] == '1' then
  redis.call('HSET', key, 'v', next, 'd', ARGV[2], 'u', ARGV[4], 'e', ARGV[5], 't', created, 'a', now)
else
  redis.call('HSET', key, 'v', next, 'd', ARGV[2], 'u', ARGV[4], 'e', ARGV[5], 't', created, 'a', now,
    'c', ARGV[3])
end
redis.call('PEXPIRE', key, ttl)
return { 'saved', next, now, created }
`)

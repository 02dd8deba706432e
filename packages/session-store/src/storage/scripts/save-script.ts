import { Script } from '../script.js'

/** Names of calls that are remembered: of a session's last saves. */
const REMEMBERED = 8

/**
 * Writes a session: compare-and-set, create only if absent, update only if present.
 *
 * ARGV: 1 expected: '' = absent, '*' = any live version, else the version; 2 data; 3 idle time (ms);
 * 4 absolute time (ms); 5 lock token ('' = none); 6 creation time of a session that is moved here, or
 * whose data says it ('' = now); 7 a name for this call, and a comma: repeated, it is not made again;
 * from 8 on, field by field, what else is written: cookie, user ('' = none), epoch, former owners. A
 * create brings all of them, an update those that the writer changed: someone else may have changed
 * the cookie in the same version.
 * Returns { 'saved' or, with others' writes on top, 'overtaken', version, touched at, created at }, or
 * { 'conflict' }, { 'gone' }, { 'expired' }, { 'foreign' }: another program's hash, { 'unlocked' }: the lock
 * of that token is not held any more.
 */
export const saveScript = new Script(`
local key, expected, call = KEYS[1], ARGV[1], ARGV[7]
local old = redis.call('HMGET', key, 'v', 'x', 't', 'l', 'm', 'w', 'a')
local version, ended, created, calls = old[1], old[2], old[3], old[6] or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if ended then return { 'gone' } end
if version and string.find(calls, call, 1, true) then
  -- Written once more, for those who wait for replicas.
  redis.call('HSET', key, 'w', calls)
  local isLast = string.sub(calls, 1, #call) == call
  return { isLast and 'saved' or 'overtaken', version, tonumber(old[7]), tonumber(created) }
end
if version then
  if expected ~= '*' and expected ~= version then return { 'conflict' } end
elseif expected ~= '' then
  return { 'gone' }
elseif not old[4] and redis.call('EXISTS', key) == 1 then
  return { 'foreign' }
end
if ARGV[5] ~= '' and (old[4] ~= ARGV[5] or tonumber(old[5]) <= now) then return { 'unlocked' } end

created = tonumber(created or (ARGV[6] ~= '' and ARGV[6]) or now)
local ttl = math.min(ARGV[3], created + ARGV[4] - now)
if ttl <= 0 then return { 'expired' } end

-- Numbers below 2^53, which stay exact as arguments and replies. A new session starts at the time in
-- microseconds: no version of an earlier life comes back.
local next = version and version + 1 or time[1] * 1000000 + time[2]
redis.call('HSET', key, 'v', next, 'd', ARGV[2], 't', created, 'a', now,
  'w', string.sub(call .. calls, 1, ${REMEMBERED} * #call), unpack(ARGV, 8))
redis.call('PEXPIRE', key, ttl)
return { 'saved', next, now, created }
`)

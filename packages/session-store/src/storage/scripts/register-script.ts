import { Script } from '../script.js'

/**
 * Enters a session into its user's list and answers the epoch to stamp it with.
 *
 * The user's key is a sorted set: a member per session, scored by the time of login in microseconds,
 * and two members that are no sessions: 'epoch' (sessions stamped lower are revoked) and 'revoked' (when
 * that last happened). A set that was lost begins with a new epoch: what was stamped before stays out.
 *
 * ARGV: 1 session; 2 mode: 'login', 'adopt' (a session from before users were tracked), or
 * 'inherit' (regenerated from a session of this user); 3 stamp to inherit; 4 life of the key (ms); 5 least
 * epoch of a set that was lost: this server's clock may be behind the last one's.
 * Returns { epoch, sessions listed }, or { '0', 0 }: revoked in the meantime.
 */
export const registerScript = new Script(`
local key, session, mode = KEYS[1], ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = tonumber(redis.call('ZSCORE', key, 'epoch'))

if mode == 'adopt' and redis.call('ZSCORE', key, 'revoked') then return { '0', 0 } end
if mode == 'inherit' and (not epoch or tonumber(ARGV[3]) < epoch) then return { '0', 0 } end
if not epoch then
  epoch = math.max(now, ARGV[5])
  redis.call('ZADD', key, epoch, 'epoch')
end
-- A login makes the session the newest, also if it is listed; all else keeps its place. (CH is no
-- restriction: it only changes a reply that nobody reads.)
redis.call('ZADD', key, mode == 'login' and 'CH' or 'NX', time[1] * 1000000 + time[2], session)
if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
local others = redis.call('ZSCORE', key, 'revoked') and 2 or 1
return { mode == 'inherit' and ARGV[3] or string.format('%.0f', epoch),
  redis.call('ZCARD', key) - others }
`)

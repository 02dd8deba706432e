import { Script } from '../script.js'

/**
 * Revokes every session of a user by a new epoch, whatever their number.
 *
 * ARGV: 1 life of the key (ms): no session that it revokes lives longer; 2 least epoch: stamps below it
 * are known to be about, though the set may be lost.
 * Returns the epoch.
 */
export const revokeScript = new Script(`
local key = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old = tonumber(redis.call('ZSCORE', key, 'epoch') or 0)
local epoch = math.max(now, old + 1, ARGV[2])
redis.call('UNLINK', key)
redis.call('ZADD', key, epoch, 'epoch', now, 'revoked')
redis.call('PEXPIRE', key, ARGV[1])
return string.format('%.0f', epoch)
`)

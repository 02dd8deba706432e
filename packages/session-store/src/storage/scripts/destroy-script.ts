import { Script } from '../script.js'

/**
 * Ends a session and leaves a tombstone, so that nothing under way writes it again. An absent session
 * gets a tombstone too: its creation may be under way. Another program's hash is left alone.
 *
 * ARGV: 1 life of the tombstone (ms); 2 a name for this call: repeated, it gets the same answer.
 * Returns { 'destroyed' or 'absent', user ('' = none) }.
 */
export const destroyScript = new Script(`
local key = KEYS[1]
local old = redis.call('HMGET', key, 'v', 'x', 'u', 'l')
if old[2] and old[2] ~= ARGV[2] then return { 'absent', '' } end
local destroyed = old[1] or old[2]
if not destroyed and not old[4] and redis.call('EXISTS', key) == 1 then return { 'absent', '' } end
redis.call('UNLINK', key)
if destroyed then redis.call('HSET', key, 'u', old[3] or '') end
redis.call('HSET', key, 'x', destroyed and ARGV[2] or 'absent')
redis.call('PEXPIRE', key, ARGV[1])
return { destroyed and 'destroyed' or 'absent', old[3] or '' }
`)

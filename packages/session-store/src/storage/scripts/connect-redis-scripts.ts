import { Script } from '../script.js'

/**
 * Writes a session as connect-redis keeps it, a string; the digest of the old one is its version.
 * 'null' is a tombstone: connect-redis reads it as no session.
 *
 * ARGV: 1 expected: '' = absent, '*' = any live, else SHA-1 of the text; 2 text; 3 life (ms).
 * Returns { 'saved', SHA-1 }, { 'conflict' } or { 'gone' }.
 */
export const saveTextScript = new Script(`
local key, expected = KEYS[1], ARGV[1]
local old = redis.call('GET', key)
if old == 'null' then return { 'gone' } end
if old then
  if expected ~= '*' and expected ~= redis.sha1hex(old) then return { 'conflict' } end
elseif expected ~= '' then
  return { 'gone' }
end
redis.call('SET', key, ARGV[2], 'PX', ARGV[3])
return { 'saved', redis.sha1hex(ARGV[2]) }
`)

/**
 * Prolongs a session of connect-redis.
 *
 * ARGV: 1 life (ms). Returns 1 if there is one.
 */
export const touchTextScript = new Script(`
if redis.call('GET', KEYS[1]) == 'null' then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`)

/**
 * Ends a session of connect-redis and leaves a tombstone.
 *
 * ARGV: 1 life of the tombstone (ms). Returns 1 if there was one.
 */
export const destroyTextScript = new Script(`
local old = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], 'null', 'PX', ARGV[1])
return old and old ~= 'null' and 1 or 0
`)

/**
 * Removes a session of connect-redis that was taken over.
 *
 * Returns 1 if it was still there.
 */
export const removeTextScript = new Script(`
local old = redis.call('GET', KEYS[1])
if not old or old == 'null' then return 0 end
return redis.call('UNLINK', KEYS[1])
`)

/** Names that can change what an object is when a session is copied or merged key by key. */
export const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Names that the session objects of express-session or @fastify/session use themselves: a stored key
 * of that name breaks one or the other.
 */
export const FRAMEWORK_NAMES: readonly string[] = Object.freeze([
  'destroy',
  'encryptedSessionId',
  'get',
  'id',
  'isModified',
  'isSaved',
  'options',
  'regenerate',
  'reload',
  'req',
  'resetMaxAge',
  'save',
  'sessionId',
  'set',
  'touch',
])

/** Levels of objects and lists. JSON that is deeper can be parsed, but overflows the stack of whoever writes or copies it. */
const DEEPEST = 500

/** A quick look: no such word and no escape that could spell one means that nothing can be hidden. */
const MAY_POISON = /__proto__|constructor|prototype|\\u/

export interface SafeObject {
  readonly value: Record<string, unknown>
  /** How many keys were dropped. */
  readonly dropped: number
}

export interface SafeText {
  readonly text: string
  /** How many keys were dropped. */
  readonly dropped: number
}

/**
 * Parses a JSON object without the keys `__proto__`, `constructor` and `prototype` at any depth, and
 * without reserved names at the top.
 *
 * @throws SyntaxError if it is not JSON, not an object, or nested too deeply.
 */
export function parseObject(text: string, reserved: ReadonlySet<string>): SafeObject {
  let dropped = 0
  if (isTooDeep(text)) throw new SyntaxError(`A session has at most ${DEEPEST} levels`)
  const value: unknown = MAY_POISON.test(text)
    ? JSON.parse(text, function drop(this: object, key: string, item: unknown) {
        if (!POISON.has(key) || Array.isArray(this)) return item
        dropped++
        return undefined
      })
    : JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('A session is a JSON object')
  }
  const object = value as Record<string, unknown>
  for (const key of Object.keys(object)) {
    if (!reserved.has(key)) continue
    delete object[key]
    dropped++
  }
  return { value: object, dropped }
}

/**
 * Serializes a framework's session object: own enumerable keys that are not reserved, and nowhere a
 * poisonous one.
 *
 * @throws TypeError from `JSON.stringify` for a cycle or a BigInt; RangeError for too many levels.
 */
export function stringifyObject(session: object, reserved: ReadonlySet<string>): SafeText {
  let dropped = 0
  const own: Record<string, unknown> = {}
  for (const key of Object.keys(session)) {
    if (key === 'cookie') continue
    if (reserved.has(key) || POISON.has(key)) dropped++
    else own[key] = (session as Record<string, unknown>)[key]
  }
  const text = JSON.stringify(own)
  if (isTooDeep(text)) throw new RangeError(`A session has at most ${DEEPEST} levels`)
  if (!MAY_POISON.test(text)) return { text, dropped }
  const safe = parseObject(text, reserved)
  return { text: JSON.stringify(safe.value), dropped: dropped + safe.dropped }
}

function isTooDeep(text: string): boolean {
  // Each level opens and closes.
  return text.length > 2 * DEEPEST && brackets(text) > DEEPEST && depth(text) > DEEPEST
}

/** How many levels there can be at most: cheap, and for nearly all sessions enough. */
function brackets(text: string): number {
  let count = 0
  for (const bracket of ['[', '{']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) count++
  }
  return count
}

function depth(text: string): number {
  let [now, deepest, isInText] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isInText && character === '\\') at++
    else if (character === '"') isInText = !isInText
    else if (isInText) continue
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++now)
    else if (character === ']' || character === '}') now--
  }
  return deepest
}

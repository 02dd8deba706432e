/** Where a server's key specifications are incomplete, `keyFinder` has a rule of its own. */
const ownRules = { sort: 'sort', sort_ro: '1', migrate: 'migrate' }

const keptFlags = { readonly: 'readonly', write: 'write', blocking: 'blocking' }

/**
 * The rows of a COMMAND reply (RESP2), subcommands included.
 *
 * @returns {Array<[name: string, row: [flags: string, keys: string]]>}
 */
export function rowsOfServer(reply) {
  return reply.flatMap(([rawName, , flags, , , , , , specs, subcommands]) => {
    const name = rawName.toLowerCase()
    const kept = Object.keys(keptFlags).filter((flag) => flags.includes(flag))
    const keys = ownRules[name] ?? specs.map(toObject).map(keysOf).join(' ')
    if (flags.includes('no_mandatory_keys')) kept.push('keyless')
    return [[name, [kept.join(' '), keys]], ...rowsOfServer(subcommands)]
  })
}

/** A key specification (https://redis.io/docs/latest/develop/reference/key-specs/) as `keyFinder` reads it. */
function keysOf({ begin_search: begin, find_keys: find }) {
  const from =
    begin.type === 'index'
      ? `${begin.spec.index}`
      : begin.type === 'keyword'
        ? `${begin.spec.keyword}@${begin.spec.startfrom}`
        : fail('begin_search', begin)
  if (find.type === 'keynum') {
    const { keynumidx, firstkey, keystep } = find.spec
    if (keynumidx !== 0 || firstkey !== 1) fail('keynum', find)
    return `${from}#${keystep === 1 ? '' : `/${keystep}`}`
  }
  if (find.type !== 'range') fail('find_keys', find)
  const { lastkey, keystep, limit } = find.spec
  if (limit > 1) {
    if (limit !== 2 || lastkey !== -1 || keystep !== 1) fail('limit', find)
    return `${from}..half`
  }
  const step = keystep === 1 ? '' : `/${keystep}`
  if (lastkey < 0) return `${from}..${lastkey}${step}`
  if (lastkey === 0) return from
  if (begin.type !== 'index') fail('range', find)
  return `${from}..${begin.spec.index + lastkey}${step}`
}

function toObject(list) {
  const object = {}
  for (let i = 0; i < list.length; i += 2) {
    const value = list[i + 1]
    object[list[i]] = list[i] !== 'flags' && Array.isArray(value) ? toObject(value) : value
  }
  return object
}

function fail(what, spec) {
  throw new Error(`A key specification of a new form (${what}): ${JSON.stringify(spec)}`)
}

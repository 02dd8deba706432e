/** The arguments of a call and how its replies are compared. */
export interface Sample {
  readonly args: readonly (string | Buffer)[]
  /**
   * - `equal`: the replies are equal
   * - `unordered`: so are their items, in any order
   * - `alike`: they have the same shape; they hold times, addresses or random choices
   */
  readonly compare: 'equal' | 'unordered' | 'alike'
}

/** Arguments separated by blanks; or one by one. `""` is the empty one. */
type Arguments = string | readonly (string | Buffer)[]

/** Calls whose replies are equal. */
export function equal(...calls: Arguments[]): Sample[] {
  return calls.map((call) => sample(call, 'equal'))
}

export function unordered(...calls: Arguments[]): Sample[] {
  return calls.map((call) => sample(call, 'unordered'))
}

export function alike(...calls: Arguments[]): Sample[] {
  return calls.map((call) => sample(call, 'alike'))
}

function sample(call: Arguments, compare: Sample['compare']): Sample {
  if (typeof call !== 'string') return { args: call, compare }
  const args = call === '' ? [] : call.split(' ').map((arg) => (arg === '""' ? '' : arg))
  return { args, compare }
}

/** Replies as they are to be compared. */
export function comparable(reply: unknown, compare: Sample['compare']): unknown {
  if (compare === 'equal') return reply
  if (compare === 'unordered') return sorted(reply)
  return shape(reply)
}

function sorted(reply: unknown): unknown {
  if (!Array.isArray(reply)) return reply
  return reply.map(sorted).sort((a, b) => String(a).localeCompare(String(b)))
}

/** Of a list the shapes that its items have. */
function shape(reply: unknown): unknown {
  if (reply === null) return null
  if (Buffer.isBuffer(reply)) return 'buffer'
  if (reply instanceof Error) return { name: reply.name, message: reply.message }
  if (Array.isArray(reply)) {
    return [...new Set(reply.map((item) => JSON.stringify(shape(item))))].sort()
  }
  if (typeof reply === 'object') return Object.keys(reply).sort()
  return typeof reply
}

/** As redis-cli shows replies; a text of several lines, such as INFO, as it is. */
export function formatReply(reply: unknown, indent = ''): string[] {
  if (reply === null || reply === undefined) return ['(nil)']
  if (typeof reply === 'number' || typeof reply === 'bigint') return [`(integer) ${reply}`]
  if (typeof reply === 'string') {
    return reply.includes('\n') ? reply.trimEnd().split(/\r?\n/u) : [JSON.stringify(reply)]
  }
  if (Array.isArray(reply)) {
    if (reply.length === 0) return ['(empty array)']
    const width = `${reply.length}`.length
    return reply.flatMap((one, index) => {
      const label = `${`${index + 1}`.padStart(width)}) `
      const [first = '', ...rest] = formatReply(one)
      return [
        `${indent}${label}${first}`,
        ...rest.map((line) => `${indent}${' '.repeat(label.length)}${line}`),
      ]
    })
  }
  if (typeof reply === 'object') {
    return formatReply(Object.entries(reply as object).flat(), indent)
  }
  return [String(reply)]
}

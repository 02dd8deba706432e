/** Where the reply that begins at `at` ends; undefined while it is not complete. */
export function replyEnd(text: string, at = 0): number | undefined {
  const lineEnd = text.indexOf('\r\n', at)
  if (lineEnd === -1) return undefined
  const size = Number(text.slice(at + 1, lineEnd))
  const next = lineEnd + 2
  switch (text[at]) {
    case '$':
    case '=':
    case '!':
      if (size < 0) return next
      return text.length < next + size + 2 ? undefined : next + size + 2
    case '*':
    case '~':
    case '>':
      return itemsEnd(text, next, size)
    case '%':
      return itemsEnd(text, next, size * 2)
    default:
      return next
  }
}

function itemsEnd(text: string, start: number, count: number): number | undefined {
  let at: number | undefined = start
  for (let item = 0; item < count && at !== undefined; item++) at = replyEnd(text, at)
  return at
}

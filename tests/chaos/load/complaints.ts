/** RPUSH and INCR say how many there are: at least this one, at most all that were issued. */
export function complaintAboutCount(reply: unknown, issued: number): string | undefined {
  if (typeof reply === 'number' && Number.isInteger(reply) && reply >= 1 && reply <= issued) {
    return undefined
  }
  return `${JSON.stringify(reply)} is no count from 1 to ${issued}`
}

export function complaintAboutText(reply: unknown, expected: string): string | undefined {
  return reply === expected ? undefined : `${JSON.stringify(reply)} is not ${expected}`
}

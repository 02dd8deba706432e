/** The name with the prefix before it: bytes stay bytes. */
export function withPrefix(prefix: string | undefined, name: string | Buffer): string | Buffer {
  if (prefix === undefined) return name
  if (typeof name === 'string') return prefix + name
  return Buffer.concat([Buffer.from(prefix), name])
}

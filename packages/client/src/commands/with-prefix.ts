/** The name with the prefix before it: bytes stay bytes. */
export function withPrefix<Name extends string | Uint8Array>(
  prefix: string | undefined,
  name: Name,
): Name | string | Buffer {
  if (prefix === undefined) return name
  if (typeof name === 'string') return prefix + name
  return Buffer.concat([Buffer.from(prefix), name])
}

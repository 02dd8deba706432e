/** The reply with its buffers as text, at whatever depth; null leaves them as they are. */
export function decodeReply(reply: unknown, encoding: BufferEncoding | null): unknown {
  if (encoding === null) return reply
  if (Buffer.isBuffer(reply)) return reply.toString(encoding)
  return Array.isArray(reply) ? reply.map((item) => decodeReply(item, encoding)) : reply
}

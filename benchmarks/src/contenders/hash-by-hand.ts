/** The string hash that people write from memory when they shard by hand (Java's, unsigned). */
export function hashByHand(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0
  return hash >>> 0
}

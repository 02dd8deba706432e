/** What happens to the bytes of one direction of a link. */
export interface Flow {
  /** ms that every byte is late. Default 0. */
  readonly delay?: number
  /** More ms on top, 0 up to this, drawn for each chunk; order is kept. Default 0. */
  readonly jitter?: number
  /** At most so many bytes in one packet. Default: as they come. */
  readonly slice?: number
  /**
   * Nothing passes; what is sent arrives when the flow is set to something else, as after a
   * partition, when TCP sends again. Ends and resets do not pass either.
   */
  readonly hold?: boolean
  /** What is sent is lost for good although the connection stays; it is reset when this ends. */
  readonly swallow?: boolean
}

export const openFlow: Flow = Object.freeze({})

/** How long a chunk is under way, in ms. */
export function travelTime({ delay = 0, jitter = 0 }: Flow, random: () => number): number {
  return delay + jitter * random()
}

/** The chunk in the pieces that leave one by one. */
export function pieces(chunk: Buffer, { slice }: Flow): Buffer[] {
  if (slice === undefined || slice >= chunk.length) return [chunk]
  const count = Math.ceil(chunk.length / slice)
  return Array.from({ length: count }, (_, i) => chunk.subarray(i * slice, (i + 1) * slice))
}

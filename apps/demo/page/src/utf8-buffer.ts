class Utf8 extends Uint8Array {
  override toString(): string {
    return new TextDecoder().decode(this)
  }
}

/** What the ring needs of `node:buffer`: the bytes of a text, their order, and the text again. */
export const Buffer = {
  from(text: string): Uint8Array {
    return new Utf8(new TextEncoder().encode(text))
  },

  compare(a: Uint8Array, b: Uint8Array): number {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const difference = (a[i] as number) - (b[i] as number)
      if (difference !== 0) return Math.sign(difference)
    }
    return Math.sign(a.length - b.length)
  },
}

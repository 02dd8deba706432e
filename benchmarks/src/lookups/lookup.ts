/** Finds the shard (or the slot) of a key. */
export type Locate = (key: string) => string | number

/** One way of finding a key's place, without any connection. */
export interface Lookup {
  readonly id: string
  readonly label: string
  readonly role: 'ours' | 'peer'
  readonly packages: readonly string[]
  load(): Promise<(shardNames: readonly string[]) => Locate>
}

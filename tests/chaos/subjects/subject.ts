/** A client under test, reduced to what every client has. */
export interface Subject {
  readonly name: SubjectName
  /** Whether it promises to settle every command by a deadline. */
  readonly hasDeadlines: boolean
  /** RPUSH: the new length. */
  push(key: string, value: string): Promise<unknown>
  /** INCR: the new value. */
  increment(key: string): Promise<unknown>
  /** GET. */
  read(key: string): Promise<unknown>
  /** ECHO on the master of a shard. */
  echo(shard: string, text: string): Promise<unknown>
  /** HSET of one field. */
  set?(key: string, field: string, value: string): Promise<unknown>
  /** MULTI: RPUSH of the value to both lists. Replies as `[error, reply]`. */
  transact?(list: string, mirror: string, value: string): Promise<unknown>
  /** A pipeline: RPUSH, GET, RPUSH. Replies as `[error, reply]`. */
  batch?(list: string, own: string, values: readonly [string, string]): Promise<unknown>
  close(): Promise<void>
}

export const subjectNames = [
  'disredis',
  'ioredis',
  'ioredis-detector',
  'ioredis-tuned',
  'node-redis',
] as const

export type SubjectName = (typeof subjectNames)[number]

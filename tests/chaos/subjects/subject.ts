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
  /** SET. */
  write(key: string, value: string): Promise<unknown>
  /** ECHO on the master of a shard. */
  echo(shard: string, text: string): Promise<unknown>
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

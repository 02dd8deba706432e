export type ScriptArgument = string | Buffer | number

/** Where scripts run: a client, or what a client's `durable()` returns. */
export interface ScriptRunner {
  evalsha(sha1: string, keyCount: number, ...args: ScriptArgument[]): Promise<unknown>
  eval(script: string, keyCount: number, ...args: ScriptArgument[]): Promise<unknown>
}

/** What the store asks of one master for administration: iterating and removing. */
export interface SessionNode {
  scan(
    cursor: string,
    matchToken: 'MATCH',
    pattern: string,
    countToken: 'COUNT',
    count: number,
  ): Promise<[cursor: string, keys: string[]]>
  unlink(...keys: string[]): Promise<number>
}

/**
 * What the store asks of a client. A Disredis client and a plain ioredis `Redis` satisfy it; every
 * command names keys of one slot only, so that both can send it.
 */
export interface SessionRedis extends ScriptRunner, SessionNode {
  get(key: string): Promise<string | null>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  hmgetBuffer(key: string, ...fields: string[]): Promise<(Buffer | null)[]>
  zscore(key: string, member: string): Promise<string | null>
  zrange(key: string, start: string, stop: string): Promise<string[]>
  zrem(key: string, ...members: string[]): Promise<number>
}

/** The part of an ioredis pipeline that a durable write needs. */
export interface SessionPipeline {
  evalsha(sha1: string, keyCount: number, ...args: ScriptArgument[]): unknown
  eval(script: string, keyCount: number, ...args: ScriptArgument[]): unknown
  wait(replicas: number, timeout: number): unknown
  exec(): Promise<[error: Error | null, result: unknown][] | null>
}

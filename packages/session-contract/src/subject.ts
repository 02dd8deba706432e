import type {
  LockOptions,
  SessionCounters,
  SessionRedis,
  SessionStoreOptions,
} from '@disredis/session-store'

/** The functions of a test runner; those of vitest and jest fit. Times in ms. */
export interface ContractRunner {
  describe(name: string, define: () => void): unknown
  test(name: string, run: () => Promise<void>, timeout?: number): unknown
  beforeAll(run: () => Promise<void>, timeout?: number): unknown
  afterAll(run: () => Promise<void>, timeout?: number): unknown
}

/** What the suite's applications keep in a session. */
export interface ContractData {
  user?: string
  [field: string]: unknown
}

/** A client of the suite, to look into Redis. A Disredis and a plain ioredis fit. */
export interface ContractRedis extends SessionRedis {
  del(key: string): Promise<number>
  exists(key: string): Promise<number>
  hgetall(key: string): Promise<Record<string, string>>
  hset(key: string, field: string, value: string): Promise<number>
  pttl(key: string): Promise<number>
  set(key: string, value: string): Promise<unknown>
  zadd(key: string, ...scoresAndMembers: (string | number)[]): Promise<unknown>
  zcard(key: string): Promise<number>
}

/** A request's session, over whatever the framework calls it. */
export interface ContractSession {
  /** The session's id, not signed. */
  readonly id: string
  get(field: string): unknown
  set(field: string, value: unknown): void
  remove(field: string): void
  /** All fields that the application stored. */
  all(): Record<string, unknown>
  /** Changes the maxAge of this session's cookie, in ms. */
  setMaxAge(maxAge: number): void
  /** A new id; of the old session `keep` stays. */
  regenerate(keep: readonly string[]): Promise<void>
  /** As `regenerate`, with the adapter's login helper, which also sets the field `user`. */
  login(user: string): Promise<void>
  destroy(): Promise<void>
  /** Saves now. Rejects with the store's error. */
  save(): Promise<void>
}

/** Answers a request: the result is sent as JSON. */
export type ContractHandler = (
  session: ContractSession,
  query: URLSearchParams,
) => unknown | Promise<unknown>

export interface ContractRoute {
  readonly handler: ContractHandler
  /** The route holds the session's lock while it runs. */
  readonly lock?: LockOptions
}

export interface ContractAppOptions {
  /** Options of the adapter's store. */
  readonly store: SessionStoreOptions<ContractData>
  /** GET routes by path. */
  readonly routes: Readonly<Record<string, ContractRoute>>
  /** Of the cookie, in ms. Default: it ends with the browser. */
  readonly maxAge?: number
}

/** A running application. */
export interface ContractApp {
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly counters: Readonly<SessionCounters>
  /** Ends the store, not the server. */
  closeStore(): Promise<void>
  /** Ends the server and the store. */
  close(): Promise<void>
}

/** One framework with one kind of client. */
export interface ContractSubject {
  /** For the titles: `Express 5 with a plain ioredis`. */
  readonly name: string
  /**
   * Whether a session is saved before the first byte of its response leaves, without the handler asking for
   * it. Default true; false for a store alone in a framework's own middleware.
   */
  readonly savesFirst?: boolean
  /** How often each race is run. Default 1000. */
  readonly races?: number
  /** Opens the client that all stores of the suite get; called once. */
  connect(): Promise<ContractRedis>
  disconnect(client: ContractRedis): Promise<void>
  /**
   * Starts an HTTP server on 127.0.0.1:
   * - a session cookie `sid`, not secure, in express-session's format and signed with
   *   `CONTRACT_SECRET`: `s:` + id + `.` + HMAC-SHA256 in base64 without padding;
   * - sessions are saved only when something was stored (`saveUninitialized: false`);
   * - a response is complete when the session is saved;
   * - what the store or a handler rejects with becomes status 500 and `{ "code": error.code }`.
   */
  serve(options: ContractAppOptions): Promise<ContractApp>
  /** Freezes every Redis server that keeps sessions (SIGSTOP); `end` lets them go on. */
  freeze(): Promise<{ end(): Promise<void> }>
}

export const CONTRACT_COOKIE = 'sid'
export const CONTRACT_SECRET = 'the secret of the session contract, 32 bytes and more'

/** What the tests' applications keep in sessions, declared as any application does. */
declare module 'express-session' {
  interface SessionData {
    user: string
    userId: string | number
    views: number
    cart: string[]
    note: unknown
  }
}

export {}

export interface Address {
  readonly host: string
  readonly port: number
}

/** `host:port`; what Sentinel names and the tests bind are IPv4. */
export function formatAddress({ host, port }: Address): string {
  return `${host}:${port}`
}

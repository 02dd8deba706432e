/** The constants of sentinel.c, in ms (`SENTINEL DEBUG name ms` changes them). */
export interface SentinelTimes {
  readonly infoPeriod: number
  readonly fastInfoPeriod: number
  readonly pingPeriod: number
  readonly askPeriod: number
  readonly helloPeriod: number
  readonly tiltTrigger: number
  readonly tiltPeriod: number
  readonly reconfTimeout: number
  readonly reconnectPeriod: number
  readonly electionTimeout: number
}

export const sentinelTimes: SentinelTimes = {
  infoPeriod: 10_000,
  fastInfoPeriod: 1000,
  pingPeriod: 1000,
  askPeriod: 1000,
  helloPeriod: 2000,
  tiltTrigger: 2000,
  tiltPeriod: 30_000,
  reconfTimeout: 10_000,
  reconnectPeriod: 15_000,
  electionTimeout: 10_000,
}

/** ms between two attempts to connect to one instance. */
export const redialPeriod = 1000

/** The random delay by which Sentinels start at different times (SENTINEL_MAX_DESYNC), in ms. */
export const longestDesync = 1000

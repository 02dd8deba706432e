import { NotASentinelError, SentinelAuthError, SentinelTlsError } from './errors.js'

/** Whether a Sentinel's error is one that waiting does not cure. */
export function isDefinite(error: Error): boolean {
  return (
    error instanceof NotASentinelError ||
    error instanceof SentinelAuthError ||
    error instanceof SentinelTlsError
  )
}

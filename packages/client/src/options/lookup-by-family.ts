import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** One function a family, so that clients with equal options are seen to have equal options. */
export const lookupByFamily: Readonly<Record<4 | 6, LookupFunction>> = {
  4: (hostname, options, callback) => lookup(hostname, { ...options, family: 4 }, callback),
  6: (hostname, options, callback) => lookup(hostname, { ...options, family: 6 }, callback),
}

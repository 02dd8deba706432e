import { adminSamples } from './admin-samples.js'
import { keyedSamples } from './keyed-samples.js'
import { newerSamples } from './newer-samples.js'
import type { Sample } from './sample.js'

/** Calls of every command that can be compared, by its name in COMMAND LIST. */
export const samples: Readonly<Record<string, readonly Sample[]>> = {
  ...keyedSamples,
  ...adminSamples,
  ...newerSamples,
}

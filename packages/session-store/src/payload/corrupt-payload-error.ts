/** Thrown for a payload that no process can read: it is damaged, or not ours. */
export class CorruptPayloadError extends Error {}

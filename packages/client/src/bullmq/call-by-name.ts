/**
 * Calls a command, or a script that was defined, by a name which only BullMQ knows.
 *
 * @throws TypeError for a name that is none
 */
export function callByName(target: object, name: string, args: readonly unknown[]): unknown {
  const method = (target as Record<string, unknown>)[name]
  if (typeof method !== 'function') {
    throw new TypeError(
      `BullMQ calls ${JSON.stringify(name)}, which is neither a command nor a script that it defined`,
    )
  }
  return method.apply(target, args)
}

/** As frameworks give them: an error or null, then the answer. */
export type Callback<Value> = (error: unknown, value?: Value) => void

/**
 * Answers a callback with what a promise settles to. The callback is called once, outside of the
 * promise: what it throws is an uncaught exception like that of any other callback, and calls it no
 * second time. Without a callback nobody waits for the answer; an error was told on the diagnostics
 * channel already. An answer that is no promise is given before this returns.
 */
export function answerCallback<Value>(
  answer: Value | Promise<Value>,
  callback: Callback<Value> | undefined,
): void {
  if (!(answer instanceof Promise)) {
    callback?.(null, answer)
    return
  }
  if (callback === undefined) {
    answer.catch(() => undefined)
    return
  }
  answer.then(
    (value) => call(callback, null, value),
    (error: unknown) => call(callback, error),
  )
}

function call<Value>(callback: Callback<Value>, ...answer: Parameters<Callback<Value>>): void {
  try {
    callback(...answer)
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown
    })
  }
}

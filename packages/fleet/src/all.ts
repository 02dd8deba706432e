/** As Promise.all, but settles only when nothing of it goes on: then cleaning up is safe. */
export async function all<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

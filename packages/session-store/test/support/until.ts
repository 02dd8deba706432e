/** Waits until `check` is true; rejects after 30 s with what it was to be. */
export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Not within 30 s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

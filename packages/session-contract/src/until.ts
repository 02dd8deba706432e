/** Waits until `check` is true; rejects after a minute with what it was to be. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Not within a minute: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

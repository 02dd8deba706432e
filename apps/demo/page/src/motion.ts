const reduced = matchMedia('(prefers-reduced-motion: reduce)')

/** Whether things may move. */
export function mayMove(): boolean {
  return !reduced.matches
}

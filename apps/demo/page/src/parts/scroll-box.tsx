import type { ComponentChildren } from 'preact'

export interface ScrollBoxProps {
  /** Id of the title that names it. */
  readonly titleId: string
  readonly children: ComponentChildren
}

/** What may be wider than the page: it scrolls by itself, with the keyboard too. */
export function ScrollBox({ titleId, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section class="scroll" aria-labelledby={titleId} tabIndex={0}>
      {children}
    </section>
  )
}

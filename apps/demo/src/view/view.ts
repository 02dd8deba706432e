/** Shows a running demo until it is closed. */
export interface View {
  /** Back to how the terminal was. Repeated calls are fine. */
  close(): void
}

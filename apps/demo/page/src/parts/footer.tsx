import { useOperator } from '../operator.js'

/** What came of the last button, and the keys. */
export function Footer() {
  const { isOperator, message, isRefusal } = useOperator()
  return (
    <footer>
      <p role="status" class={`message${isRefusal ? ' bad' : ''}`} data-testid="message">
        {isOperator === false && message === ''
          ? 'You are looking on. To press the buttons, open the address that the demo printed.'
          : message}
      </p>
      <p class="keys-line quiet" aria-hidden="true">
        <kbd>1</kbd>–<kbd>3</kbd> shard <kbd>c</kbd> crash <kbd>f</kbd> freeze <kbd>p</kbd> planned{' '}
        <kbd>r</kbd> restore <kbd>x</kbd> cut server <kbd>s</kbd> kill Sentinel <kbd>a</kbd> restore
        all <kbd>?</kbd> help
      </p>
    </footer>
  )
}

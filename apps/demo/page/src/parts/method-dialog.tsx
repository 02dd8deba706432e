import { useEffect, useState } from 'preact/hooks'
import type { Method } from '../../../src/comparison/method.js'
import { Dialog } from './dialog.js'

export interface MethodDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The very settings, and the very code. */
export function MethodDialog({ isOpen, onClose }: MethodDialogProps) {
  const [method, setMethod] = useState<Method | undefined>()
  useEffect(() => {
    if (!isOpen || method !== undefined) return
    fetch('/api/method')
      .then((response) => response.json())
      .then(setMethod, () => undefined)
  }, [isOpen, method])
  return (
    <Dialog title="How this is measured" isOpen={isOpen} onClose={onClose}>
      {method === undefined ? (
        <p class="empty">Asking the demo …</p>
      ) : (
        <>
          <ul>
            {method.says.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {method.contenders.map(({ name, settings, source }) => (
            <section key={name}>
              <h3>{name}</h3>
              <pre>{settings}</pre>
              {source !== undefined && (
                <details>
                  <summary>The code of {name}</summary>
                  <pre>{source}</pre>
                </details>
              )}
            </section>
          ))}
        </>
      )}
    </Dialog>
  )
}

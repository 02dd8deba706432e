import { useState } from 'preact/hooks'
import { areKeysOn, keyHelp, turnKeys } from '../keys.js'
import { Dialog } from './dialog.js'

export interface HelpDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function HelpDialog({ isOpen, onClose }: HelpDialogProps) {
  const [isOn, setOn] = useState(areKeysOn)
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl class="key-help">
        {keyHelp.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget }) => {
            turnKeys(currentTarget.checked)
            setOn(currentTarget.checked)
          }}
        />
        Single keys act
      </label>
    </Dialog>
  )
}

import { SessionStoreClosedError, type SessionStoreError } from '../errors.js'
import { toStoreError } from '../store-error.js'
import type { Deadlines } from './deadline.js'
import { beginOperation, type OperationEnd, type SessionOperation } from './operation-events.js'
import type { SaveResult } from './save-result.js'
import type { Step } from './session-writer.js'

/**
 * Runs the operations of a store: refuses them once it is closed, tells subscribers how they ended, and
 * lets no other error out than a SessionStoreError.
 */
export class OperationRunner {
  readonly #deadlines: Deadlines
  #isClosed = false

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines
  }

  close(): void {
    this.#isClosed = true
  }

  /** @throws SessionStoreClosedError */
  mustBeOpen(): void {
    if (this.#isClosed) throw new SessionStoreClosedError('The session store is closed')
  }

  /** @param outcomeOf what subscribers are told; default `ok` */
  run<T>(
    operation: SessionOperation,
    work: () => Promise<T>,
    outcomeOf: (result: T) => string = () => 'ok',
  ): Promise<T> {
    const end = beginOperation(operation)
    try {
      this.mustBeOpen()
      return work().then(
        (result) => {
          end(outcomeOf(result))
          return result
        },
        (error: unknown) => {
          throw failed(end, error)
        },
      )
    } catch (error) {
      return Promise.reject(failed(end, error))
    }
  }

  /** @param note is called with the result, also with one that is there at once. */
  step(
    operation: SessionOperation,
    prepare: () => Step,
    note: (result: SaveResult) => void,
  ): SaveResult | Promise<SaveResult> {
    const end = beginOperation(operation)
    try {
      this.mustBeOpen()
      const step = prepare()
      if (typeof step === 'function') return this.#take(step, note, end)
      note(step)
      end(step.outcome)
      return step
    } catch (error) {
      return Promise.reject(failed(end, error))
    }
  }

  #take(
    step: Exclude<Step, SaveResult>,
    note: (result: SaveResult) => void,
    end: OperationEnd,
  ): Promise<SaveResult> {
    return this.#deadlines.run(step).then(
      (result) => {
        note(result)
        end(result.outcome)
        return result
      },
      (error: unknown) => {
        throw failed(end, error)
      },
    )
  }
}

function failed(end: OperationEnd, cause: unknown): SessionStoreError {
  const error = toStoreError(cause)
  end('error', error.code)
  return error
}

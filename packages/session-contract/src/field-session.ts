import type { ContractSession } from './subject.js'

/** A framework's session, whose fields are properties of an object, as the suite sees it. */
export abstract class FieldSession implements ContractSession {
  abstract readonly id: string
  /** The framework's session object. It is another one after `regenerate`. */
  protected abstract readonly fields: object

  get(field: string): unknown {
    return Reflect.get(this.fields, field)
  }

  set(field: string, value: unknown): void {
    Reflect.set(this.fields, field, value)
  }

  remove(field: string): void {
    Reflect.deleteProperty(this.fields, field)
  }

  all(): Record<string, unknown> {
    const { cookie, ...fields } = this.fields as Record<string, unknown>
    return fields
  }

  abstract setMaxAge(maxAge: number): void
  abstract regenerate(keep: readonly string[]): Promise<void>
  abstract login(user: string): Promise<void>
  abstract destroy(): Promise<void>
  abstract save(): Promise<void>
}

import type { ErrorCode } from '@harmont/contract'
import { apiError } from '../http/index.ts'

/** Collects the errors of a body's members, so that one response lists them all. */
export class FieldErrors {
  readonly #errors: { field: string; message: string }[] = []

  /** Adds an error. `message` continues a sentence after the field's name: "must be …". */
  add(field: string, message: string): void {
    this.#errors.push({ field, message })
  }

  /** Adds an error for a text whose length in characters is out of bounds. */
  length(field: string, text: string, least: number, most: number): void {
    const length = [...text].length
    if (length < least || length > most) this.add(field, `must have ${least} to ${most} characters; got ${length}`)
  }

  /** Throws a 422 with this code if there are errors. */
  throwIfAny(code: ErrorCode): void {
    const [first] = this.#errors
    if (first === undefined) return
    const more = this.#errors.length > 1 ? ` (and ${this.#errors.length - 1} more, see \`errors\`)` : ''
    throw apiError(code, `\`${first.field}\` ${first.message}${more}.`, { errors: this.#errors })
  }
}

import type { ErrorCode } from '@harmont/contract'
import { apiError } from '../http/index.ts'

/** Collects what is wrong with the members of a body, so that one answer names all of it. */
export class FieldErrors {
  readonly #errors: { field: string; message: string }[] = []

  /** Notes what is wrong with a field; `message` goes on from the field's name: "must be …". */
  add(field: string, message: string): void {
    this.#errors.push({ field, message })
  }

  /** Notes a text whose length in characters is not within the bounds. */
  length(field: string, text: string, least: number, most: number): void {
    const length = [...text].length
    if (length < least || length > most) this.add(field, `must have ${least} to ${most} characters; got ${length}`)
  }

  /** Throws a 422 with this code when anything was noted. */
  throwIfAny(code: ErrorCode): void {
    const [first] = this.#errors
    if (first === undefined) return
    const more = this.#errors.length > 1 ? ` (and ${this.#errors.length - 1} more, see \`errors\`)` : ''
    throw apiError(code, `\`${first.field}\` ${first.message}${more}.`, { errors: this.#errors })
  }
}

import { apiError } from '../api-error.ts'

const invalidJson = (cause: unknown): Error => {
  return apiError('invalid_json', 'The body must be JSON in UTF-8; it could not be parsed.', { cause })
}

/**
 * Decodes the bytes of a body piece by piece. Throws 400 `invalid_json` for bytes that are not
 * UTF-8.
 */
export class Utf8Pieces {
  // Keeps the byte order mark: JSON has none, so JSON.parse refuses it.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  push(bytes: Uint8Array): string {
    return this.#decode(bytes, true)
  }

  end(): string {
    return this.#decode(new Uint8Array(), false)
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream })
    } catch (error) {
      throw invalidJson(error)
    }
  }
}

/** Parses a JSON body; `{}` for an empty one. Throws 400 `invalid_json`. */
export function parseJson(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalidJson(error)
  }
}

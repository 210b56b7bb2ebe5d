import { type components, type ErrorCode, type ErrorStatus, errorCatalogue } from '@harmont/contract'

type ErrorMembers = components['schemas']['Error']['error']

/** The optional members of an error besides its code and message. */
export interface ErrorDetails {
  readonly errors?: NonNullable<ErrorMembers['errors']>
  readonly limit_bytes?: number
  readonly build?: NonNullable<ErrorMembers['build']>
  readonly checks?: NonNullable<ErrorMembers['checks']>
}

interface ErrorOptions extends ErrorDetails {
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/**
 * An error of the error catalogue. Thrown anywhere below a handler, it becomes the envelope of
 * `http.md` 2.1.
 */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, message: string, { headers = {}, cause, ...details }: ErrorOptions = {}) {
    super(message, { cause })
    this.name = 'ApiError'
    this.code = code
    this.details = details
    this.headers = headers
  }

  get status(): ErrorStatus {
    return errorCatalogue[this.code].status
  }
}

/**
 * Creates an error to throw. `message` states the expected and the received value and a remedy. It
 * must not contain a secret.
 */
export function apiError(code: ErrorCode, message: string, options?: ErrorOptions): ApiError {
  return new ApiError(code, message, options)
}

/**
 * Creates the 400 of a query parameter. `message` continues a sentence after the name: "must be …".
 */
export function queryError(name: string, message: string): ApiError {
  return apiError('query_invalid', `The query parameter \`${name}\` ${message}.`, {
    errors: [{ field: name, message }],
  })
}

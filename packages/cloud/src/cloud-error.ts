import type { ErrorCode } from '@harmont/contract'

/**
 * Codes of failures without an answer of the API: an unreachable server, a late answer, an answer
 * of another program, a silent stream, or a redirect.
 */
type OwnCode = 'unreachable' | 'no_answer' | 'unexpected_answer' | 'stream_broken' | 'redirected'

/** A code of the API's catalogue, or an unknown code of a later server. */
export type CloudErrorCode = ErrorCode | OwnCode | (string & {})

interface Details {
  /** The HTTP status; 0 without an answer. */
  readonly status: number
  readonly requestId?: string | undefined
  readonly fields?: readonly FieldError[] | undefined
  /** The delay of `Retry-After`, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** The server's limit; set with `payload_too_large`. */
  readonly limitBytes?: number | undefined
  /** The failed build; set with `build_plan_rejected`. */
  readonly build?: { readonly pipeline_slug: string; readonly number: number } | undefined
  readonly cause?: unknown
}

interface FieldError {
  readonly field: string
  readonly message: string
}

/** Describes why a call failed. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly code: CloudErrorCode
  readonly status: number
  readonly requestId: string | undefined
  readonly fields: readonly FieldError[]
  readonly retryAfterMs: number | undefined
  readonly limitBytes: number | undefined
  readonly build: { readonly pipeline_slug: string; readonly number: number } | undefined

  constructor(code: CloudErrorCode, message: string, details: Details) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.status = details.status
    this.requestId = details.requestId
    this.fields = details.fields ?? []
    this.retryAfterMs = details.retryAfterMs
    this.limitBytes = details.limitBytes
    this.build = details.build
  }

  /** Whether the server is too old to know the operation. */
  get isUnknownOperation(): boolean {
    const isOther = ['route_not_found', 'method_not_allowed', 'unexpected_answer'].includes(this.code)
    return isOther && [404, 405, 501].includes(this.status)
  }

  /** Whether a retry may work: the server was unreachable or busy. */
  get isPassing(): boolean {
    const codes: readonly CloudErrorCode[] = ['unreachable', 'no_answer', 'stream_broken']
    return codes.includes(this.code) || [408, 429, 500, 502, 503, 504].includes(this.status)
  }
}

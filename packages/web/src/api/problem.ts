/** A failed request, described in words for a page. */
export interface Problem {
  /** The HTTP status; 0 without a response. */
  readonly status: number
  /** The error code of the API's catalogue; null for a response of another program. */
  readonly code: string | null
  readonly message: string
  readonly requestId: string | null
  readonly docUrl: string | null
  /** Messages about single fields of the request, by field name. */
  readonly fields: Readonly<Record<string, string>>
  /** All members of the error envelope. */
  readonly details: Readonly<Record<string, unknown>>
  /** The server's requested delay before the next try, in milliseconds. */
  readonly retryAfterMs: number | null
}

export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

/** Describes a request without a response: offline, server down or connection cut. */
export function noAnswer(cause: unknown): ApiProblem {
  const message = 'The server is not responding. It may be starting, or the network may be down.'
  return new ApiProblem({ ...unexplained(0, message), requestId: null }, { cause })
}

/** Describes a response that a proxy has truncated, emptied or altered (web X2). */
export function unreadable(cause: unknown): ApiProblem {
  const message = 'The response of the server was cut off or altered in transit.'
  return new ApiProblem(unexplained(0, message), { cause })
}

/**
 * Parses the API's error envelope (`http.md` 2). Any other response gets a generic message (web
 * X2).
 */
export function describeProblem(status: number, headers: Headers, body: unknown): Problem {
  const seconds = Number(headers.get('retry-after'))
  const retryAfterMs = headers.has('retry-after') && Number.isFinite(seconds) ? seconds * 1000 : null
  const error = memberOf(body, 'error')
  const code = textOf(memberOf(error, 'code'))
  const message = textOf(memberOf(error, 'message'))
  const requestId = textOf(memberOf(error, 'request_id')) ?? headers.get('x-request-id')
  if (code === null || message === null)
    return { ...unexplained(status, `The server answered ${status} without an explanation.`), requestId, retryAfterMs }
  const docUrl = textOf(memberOf(error, 'doc_url'))
  return {
    status,
    code,
    message,
    requestId,
    docUrl,
    fields: fieldsOf(error),
    details: { ...(error as object) },
    retryAfterMs,
  }
}

/** Describes any thrown value. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ApiProblem) return thrown.problem
  return unexplained(0, 'Something went wrong on this page. Reload it. Nothing changed on the server.')
}

function unexplained(status: number, message: string): Problem {
  return { status, code: null, message, requestId: null, docUrl: null, fields: {}, details: {}, retryAfterMs: null }
}

function fieldsOf(error: unknown): Record<string, string> {
  const errors = memberOf(error, 'errors')
  if (!Array.isArray(errors)) return {}
  const pairs = errors.flatMap((one: unknown) => {
    const [field, message] = [textOf(memberOf(one, 'field')), textOf(memberOf(one, 'message'))]
    return field === null || message === null ? [] : [[field, message] as const]
  })
  return Object.fromEntries(pairs)
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { OperationId } from '@harmont/contract'

/** A browser's request for a path without an operation. */
export interface PageRequest {
  /** The path of the URL, unchanged. */
  readonly path: string
  /** The query of the URL, without `?`. */
  readonly search: string
  /** Whether the response is sent without its body. */
  readonly isHead: boolean
  readonly headers: IncomingHttpHeaders
  /** Reads the API for the user of this request's session cookie. */
  readonly read: ReadApi
}

/**
 * Returns the body that a route of the API would send, after the same checks and limits. Throws the
 * same errors as the route.
 */
export type ReadApi = (id: OperationId, asked: ApiRead, gone: AbortSignal) => Promise<string>

interface ApiRead {
  readonly params: Readonly<Record<string, string>>
  /** The query of the URL, without `?`. */
  readonly search: string
}

export interface PageAnswer {
  readonly status: number
  /** Override the headers of every response. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304. Not sent for HEAD. */
  readonly body: string | Buffer | Readable
}

/** A response whose body is complete. */
export interface WholeAnswer extends PageAnswer {
  readonly body: string | Buffer
}

/**
 * Returns the page at a path, for GET and HEAD. If it returns null, the API treats the path as
 * unknown.
 */
export type Pages = (request: PageRequest) => Promise<PageAnswer | null>

/** Combines sources of pages: the first one with the path serves it. */
export function firstPage(all: readonly Pages[]): Pages {
  return async (request) => {
    for (const pages of all) {
      const answer = await pages(request)
      if (answer !== null) return answer
    }
    return null
  }
}

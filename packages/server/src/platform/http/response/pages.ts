import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { OperationId } from '@harmont/contract'

/** A browser's request for a path without an operation. */
export interface PageRequest {
  /** The path of the URL, unchanged. */
  readonly path: string
  /** The query of the URL, without `?`. */
  readonly search: string
  /** Whether the answer is sent without its body. */
  readonly isHead: boolean
  readonly headers: IncomingHttpHeaders
  /** Reads the API for the user of this request's session cookie. */
  readonly read: ReadApi
}

/**
 * Returns the body of a read of the API as its route would send it: after the same checks and
 * limits. Throws what the route would refuse with.
 */
export type ReadApi = (id: OperationId, asked: ApiRead, gone: AbortSignal) => Promise<string>

interface ApiRead {
  readonly params: Readonly<Record<string, string>>
  /** The query of the URL, without `?`. */
  readonly search: string
}

export interface PageAnswer {
  readonly status: number
  /** Override the headers of every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304. Not sent for HEAD. */
  readonly body: string | Buffer | Readable
}

/** An answer that is known at once. */
export interface WholeAnswer extends PageAnswer {
  readonly body: string | Buffer
}

/**
 * Returns the page at a path, for GET and HEAD; null without one, and the API then answers an
 * unknown path.
 */
export type Pages = (request: PageRequest) => Promise<PageAnswer | null>

/** Combines pages: the first that has the path answers. */
export function firstPage(all: readonly Pages[]): Pages {
  return async (request) => {
    for (const pages of all) {
      const answer = await pages(request)
      if (answer !== null) return answer
    }
    return null
  }
}

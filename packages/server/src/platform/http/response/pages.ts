import type { IncomingHttpHeaders } from 'node:http'

/** A browser's request for a path without an operation. */
export interface PageRequest {
  /** The path of the URL, unchanged. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface PageAnswer {
  readonly status: number
  /** Override the headers of every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304. Not sent for HEAD. */
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

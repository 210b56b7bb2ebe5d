import type { IncomingHttpHeaders } from 'node:http'

/** What a browser asks for at a path that is no operation's. */
export interface PageRequest {
  /** As it was sent, without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface PageAnswer {
  readonly status: number
  /** Laid over those that every answer carries. */
  readonly headers: Readonly<Record<string, string>>
  /** Empty for 304; not sent for HEAD. */
  readonly body: string | Buffer
}

/** Gives what is shown at a path, for GET and HEAD; null where there is no page, which is then answered as the API answers unknown paths. */
export type Pages = (request: PageRequest) => Promise<PageAnswer | null>

/** Asks one after the other; the first that has a page answers. */
export function firstPage(all: readonly Pages[]): Pages {
  return async (request) => {
    for (const pages of all) {
      const answer = await pages(request)
      if (answer !== null) return answer
    }
    return null
  }
}

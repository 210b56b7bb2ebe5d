import {
  answerFile,
  chooseEncoding,
  compress,
  type PageAnswer,
  type PageRequest,
  type Pages,
  type WholeAnswer,
} from '../../platform/http/index.ts'
import type { DocsSite } from './docs-site.ts'

/**
 * Serves the documentation below `/docs` and `/llms.txt`, to browsers and programs alike. Renders
 * it at the first request, so that the start is not delayed.
 */
export function docsPages(open: () => Promise<DocsSite>): Pages {
  let site: Promise<DocsSite> | null = null
  const opened = async () => {
    site ??= open()
    try {
      return await site
    } catch (error) {
      // The next request retries.
      site = null
      throw error
    }
  }
  return async (request) => {
    const path = request.path.length > 1 ? request.path.replace(/\/$/, '') : request.path
    if (path !== '/docs' && !path.startsWith('/docs/') && path !== '/llms.txt') return null
    const { files, notFound } = await opened()
    const file = files.get(path)
    if (file !== undefined) return compressed(request, answerFile(file, request, headersOf(path)))
    return { status: 404, headers: { ...pageHeaders, 'content-type': 'text/html; charset=utf-8' }, body: notFound }
  }
}

const pageHeaders = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
}

/** An SVG image contains its styles, and can also be opened separately. */
const pictureHeaders = {
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
}

function headersOf(path: string): Readonly<Record<string, string>> {
  return /\.(svg|png|webp)$/.test(path) ? pictureHeaders : pageHeaders
}

/**
 * The answer is public and repeats nothing of the request, so its compressed length reveals
 * nothing.
 */
async function compressed(request: PageRequest, answer: WholeAnswer): Promise<PageAnswer> {
  const isText = /^text\/|svg|json/.test(answer.headers['content-type'] ?? '')
  const encoding = isText ? chooseEncoding(request.headers['accept-encoding'], ['br', 'gzip']) : null
  if (encoding === null) return answer
  const etag = `W/${answer.headers.etag}`
  return {
    ...answer,
    headers: { ...answer.headers, etag, 'content-encoding': encoding },
    body: await compress(answer.body, encoding),
  }
}

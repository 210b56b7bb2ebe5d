import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Logger } from 'pino'
import {
  answerFile,
  chooseEncoding,
  compressParts,
  cookieOf,
  type PageAnswer,
  type PageRequest,
  type Pages,
} from '../../platform/http/index.ts'
import { buildOf } from './build-route.ts'
import { firstPage } from './first-page.ts'
import { fileHeaders, inlineScripts, pageHeaders } from './page-policy.ts'
import { lookAttributes, notBuiltPage, type PageTemplate, pageTemplate } from './page-template.ts'
import { preloadLinks } from './preload-links.ts'
import type { WebApp } from './read-web-app.ts'

interface WebAppServices {
  /** null if the web app was not built. */
  readonly webApp: WebApp | null
  /** Returns the answer of `getAuthConfig`. */
  readonly readAuthConfig: () => Promise<unknown>
  readonly sessionCookies: { readonly name: string }
  readonly log: Logger
}

/** Paths without pages. Unknown paths below them get the API's answer. */
const otherPaths = [
  ...['/api', '/v0', '/v1', '/webhooks', '/docs', '/llms.txt', '/assets', '/healthz', '/readyz', '/metrics'],
]

/**
 * Serves the web app: its files, and its page at every other path if the client accepts HTML. At
 * `/`, where people check whether a server is up, every client gets the page.
 */
export function webAppPages(services: WebAppServices): Pages {
  const { webApp, sessionCookies } = services
  const template = webApp === null ? null : pageTemplate(webApp.template)
  const scripts = inlineScripts(webApp?.template ?? '')
  const linksOf = preloadLinks(webApp?.manifest ?? {}, webApp?.template ?? '')
  const first = { ...services, loadCode: webApp?.loadFirstPage ?? (async () => null) }
  const answerPage = (request: PageRequest, { start, end }: PageTemplate): PageAnswer => {
    const nonce = newNonce()
    const isSignedIn = cookieOf(request.headers.cookie, sessionCookies.name) !== null
    const build = isSignedIn ? buildOf(request.path) : null
    const link = linksOf(request.path)
    const headers = { ...pageHeaders(nonce, scripts, build !== null), ...(link === null ? {} : { link }) }
    // The browser paints the start, and fetches the code, during the database queries.
    const parts = async function* () {
      yield start({ nonce, attributes: lookAttributes(request.headers.cookie) })
      yield end({ nonce, ...(await firstPage(first, request, build)) })
    }
    return request.isHead ? { status: 200, headers, body: '' } : compressed(request, { status: 200, headers }, parts())
  }
  return async (request) => {
    const file = webApp?.files.get(request.path)
    if (file !== undefined) return answerFile(file, request, fileHeaders(request.path))
    if (!isPagePath(request.path) || !(request.path === '/' || wantsHtml(request))) return null
    return template === null ? notBuiltPage(pageHeaders(newNonce(), scripts, false)) : answerPage(request, template)
  }
}

function isPagePath(path: string): boolean {
  return !otherPaths.some((other) => path === other || path.startsWith(`${other}/`))
}

/** Programs accept anything. A client that names `text/html` is a browser. */
function wantsHtml({ headers }: PageRequest): boolean {
  return /(^|,)\s*text\/html\s*(;|,|$)/i.test(headers.accept ?? '')
}

/**
 * The compressed length reveals no secret: the page repeats nothing of the request except the
 * chosen theme and the existing step that the address names, and holds neither keys nor the CSRF
 * token.
 */
function compressed(request: PageRequest, answer: Omit<PageAnswer, 'body'>, parts: AsyncIterable<string>): PageAnswer {
  const headers = { ...answer.headers, vary: 'Origin, Accept-Encoding' }
  const encoding = chooseEncoding(request.headers['accept-encoding'], ['br', 'gzip'])
  if (encoding === null) return { ...answer, headers, body: Readable.from(parts) }
  return { ...answer, headers: { ...headers, 'content-encoding': encoding }, body: compressParts(parts, encoding) }
}

function newNonce(): string {
  return randomBytes(16).toString('base64')
}

import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import {
  answerFile,
  chooseEncoding,
  compress,
  cookieOf,
  type PageAnswer,
  type PageRequest,
  type Pages,
} from '../../platform/http/index.ts'
import { fileHeaders, inlineScripts, pageHeaders } from './page-policy.ts'
import { lookAttributes, notBuiltPage, pageTemplate } from './page-template.ts'
import { preloadLinks } from './preload-links.ts'
import type { WebApp } from './read-web-app.ts'

interface WebAppServices {
  /** null: not built. */
  readonly webApp: WebApp | null
  /** Returns the answer of `getAuthConfig`. */
  readonly readAuthConfig: () => Promise<unknown>
  readonly sessionCookies: { readonly name: string }
  readonly log: Logger
}

/** Paths without pages. The API answers unknown ones below them. */
const otherPaths = [
  ...['/api', '/v0', '/v1', '/webhooks', '/docs', '/llms.txt', '/assets', '/healthz', '/readyz', '/metrics'],
]

/**
 * Serves the web app: its files, and its page at every other path if the client accepts HTML. At
 * `/`, where people look whether a server is up, every client gets the page.
 */
export function webAppPages({ webApp, readAuthConfig, sessionCookies, log }: WebAppServices): Pages {
  const fill = webApp === null ? null : pageTemplate(webApp.template)
  const scripts = inlineScripts(webApp?.template ?? '')
  const linksOf = preloadLinks(webApp?.manifest ?? {}, webApp?.template ?? '')
  const answerPage = async (request: PageRequest, fillTemplate: NonNullable<typeof fill>): Promise<PageAnswer> => {
    const nonce = newNonce()
    const isSignedIn = cookieOf(request.headers.cookie, sessionCookies.name) !== null
    const link = linksOf(request.path, isSignedIn)
    // Without its database the server still serves the page. The page finds `null` and asks again
    // by itself.
    const config = await readAuthConfig().catch((error: unknown) => {
      log.warn({ err: error }, 'serving the page without the sign-in configuration')
      return null
    })
    const headers = { ...pageHeaders(nonce, scripts), ...(link === null ? {} : { link }) }
    return compressed(request, {
      status: 200,
      headers,
      body: fillTemplate({ nonce, config, attributes: lookAttributes(request.headers.cookie) }),
    })
  }
  return async (request) => {
    const file = webApp?.files.get(request.path)
    if (file !== undefined) return answerFile(file, request, fileHeaders(request.path))
    if (!isPagePath(request.path) || !(request.path === '/' || wantsHtml(request))) return null
    return fill === null ? notBuiltPage(pageHeaders(newNonce(), scripts)) : answerPage(request, fill)
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
 * The answer repeats only the chosen theme, and its nonce changes, so its compressed length reveals
 * nothing.
 */
async function compressed(request: PageRequest, answer: PageAnswer): Promise<PageAnswer> {
  const headers = { ...answer.headers, vary: 'Origin, Accept-Encoding' }
  const encoding = chooseEncoding(request.headers['accept-encoding'], ['br', 'gzip'])
  if (encoding === null) return { ...answer, headers }
  const body = await compress(answer.body, encoding)
  return { ...answer, headers: { ...headers, 'content-encoding': encoding }, body }
}

function newNonce(): string {
  return randomBytes(16).toString('base64')
}

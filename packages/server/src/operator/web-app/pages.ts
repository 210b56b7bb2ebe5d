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
import { lookAttributes, notBuiltPage, shellPage } from './page-template.ts'
import { preloadLinks } from './preload-links.ts'
import type { WebApp } from './read-web-app.ts'

interface WebAppServices {
  /** null: it was not built. */
  readonly webApp: WebApp | null
  /** What `getAuthConfig` answers. */
  readonly readAuthConfig: () => Promise<unknown>
  readonly sessionCookies: { readonly name: string }
  readonly log: Logger
}

/** Below these are no pages: what is not there is answered as the API answers it. */
const otherPaths = ['/api', '/v0', '/v1', '/webhooks', '/docs', '/assets', '/healthz', '/readyz', '/metrics']

/** The web app: its files, and its page at every path of its own, for who asks for HTML; at `/`, which people look at to see whether a server is there, for all. */
export function webAppPages({ webApp, readAuthConfig, sessionCookies, log }: WebAppServices): Pages {
  const fill = webApp === null ? null : shellPage(webApp.shell)
  const scripts = inlineScripts(webApp?.shell ?? '')
  const linksOf = preloadLinks(webApp?.manifest ?? {}, webApp?.shell ?? '')
  const answerShell = async (request: PageRequest, fillShell: NonNullable<typeof fill>): Promise<PageAnswer> => {
    const nonce = newNonce()
    const isSignedIn = cookieOf(request.headers.cookie, sessionCookies.name) !== null
    const link = linksOf(request.path, isSignedIn)
    // Without its database the server still shows its page, which says so: it finds `null` there and asks for itself.
    const config = await readAuthConfig().catch((error: unknown) => {
      log.warn({ err: error }, 'serving the page without the sign-in configuration')
      return null
    })
    const headers = { ...pageHeaders(nonce, scripts), ...(link === null ? {} : { link }) }
    return compressed(request, {
      status: 200,
      headers,
      body: fillShell({ nonce, config, attributes: lookAttributes(request.headers.cookie) }),
    })
  }
  return async (request) => {
    const file = webApp?.files.get(request.path)
    if (file !== undefined) return answerFile(file, request, fileHeaders(request.path))
    if (!isPagePath(request.path) || !(request.path === '/' || wantsHtml(request))) return null
    return fill === null ? notBuiltPage(pageHeaders(newNonce(), scripts)) : answerShell(request, fill)
  }
}

function isPagePath(path: string): boolean {
  return !otherPaths.some((other) => path === other || path.startsWith(`${other}/`))
}

/** Programs take anything; who says `text/html` is a browser that was sent to an address. */
function wantsHtml({ headers }: PageRequest): boolean {
  return /(^|,)\s*text\/html\s*(;|,|$)/i.test(headers.accept ?? '')
}

/** Of the request only the chosen theme is in the page, and its nonce is another one in each answer: its compressed length tells nobody anything. */
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

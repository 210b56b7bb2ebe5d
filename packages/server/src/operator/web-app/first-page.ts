/** Reads and renders the initial content of a page, which is sent with the page (`web.md` 14). */
import type { FirstPageCode, OperationId } from '@harmont/contract'
import type { Logger } from 'pino'
import { ApiError, type PageRequest } from '../../platform/http/index.ts'
import type { BuildPlace } from './build-route.ts'
import { lookOf, windowOf } from './page-template.ts'

/** Holds the parts of a page that are available so far. */
export interface FirstPage {
  /** The configuration for the sign-in page; null if the page must request it. */
  config: unknown
  /** Answers of the API, as JSON, by URL. */
  readonly answers: Map<string, string>
  /** Empty if the app must render it. */
  html: string
}

interface FirstPageServices {
  readonly readAuthConfig: () => Promise<unknown>
  /** null if the web app was built without it. */
  readonly loadCode: () => Promise<FirstPageCode | null>
  readonly log: Logger
}

/** After this time the page is sent without the missing parts, and the app requests them. */
const patienceMs = 2000
/**
 * Larger views, with some thousand steps, are left to the app, because rendering blocks the thread
 * of all requests.
 */
const mostDrawn = 2_000_000

/**
 * Returns the parts of the requested page that are available in time. Never throws. `place`: the
 * build requested by a signed-in reader.
 */
export async function firstPage(
  services: FirstPageServices,
  request: PageRequest,
  place: BuildPlace | null,
): Promise<FirstPage> {
  const page: FirstPage = { config: null, answers: new Map(), html: '' }
  const gone = AbortSignal.timeout(patienceMs)
  const configured = fillConfig(services, page)
  const built = place === null ? null : fillBuild(services, request, { page, place, gone, configured })
  await Promise.race([Promise.all([configured, built]), whenAborted(gone)])
  return page
}

async function fillConfig({ readAuthConfig, log }: FirstPageServices, page: FirstPage): Promise<void> {
  try {
    page.config = await readAuthConfig()
  } catch (error) {
    log.warn({ err: error }, 'serving the page without the sign-in configuration')
  }
}

interface BuildPage {
  readonly page: FirstPage
  readonly place: BuildPlace
  readonly gone: AbortSignal
  /** Resolves when the configuration is known: its notices shift the rest of the page. */
  readonly configured: Promise<void>
}

async function fillBuild(services: FirstPageServices, request: PageRequest, build: BuildPage): Promise<void> {
  try {
    await readAndDraw(services, request, build)
  } catch (error) {
    // The app informs a reader who may not read the build, or exceeds a rate limit.
    const isRefused = error instanceof ApiError && error.status < 500
    if (!isRefused && !build.gone.aborted) services.log.warn({ err: error }, 'serving the page without its build')
  }
}

async function readAndDraw(
  { loadCode }: FirstPageServices,
  { path, search, headers, read: readApi }: PageRequest,
  { page, place, gone, configured }: BuildPage,
): Promise<void> {
  const base = '/api/v0'
  const read = async (id: OperationId, at: string, params: Readonly<Record<string, string>>, query = '') => {
    const json = await readApi(id, { params, search: query }, gone)
    page.answers.set(`${base}${at}${query === '' ? '' : `?${query}`}`, json)
    return json
  }
  const at = `/organizations/${place.org}/pipelines/${place.pipeline}/builds/${place.number}`
  const [code, session, view] = await Promise.all([
    loadCode(),
    read('getSession', '/session', {}),
    read('getBuildView', `${at}/view`, { ...place }),
  ])
  if (code === null || view.length > mostDrawn) return
  const url = search === '' ? path : `${path}?${search}`
  const first = code.firstLog(view, url)
  const log =
    first === null
      ? null
      : await read('readJobLog', `${at}/jobs/${first.jobId}/log`, { ...place, job_id: first.jobId }, first.search)
  await configured
  const { config } = page
  const { density } = lookOf(headers.cookie)
  const window = windowOf(headers.cookie)
  const html = await code.draw({ url, config, session, view, log, density, isPhone: isPhone(headers), window })
  if (!gone.aborted) page.html = html
}

/** Whether a request comes from a phone, according to the browser's headers. */
function isPhone({ 'sec-ch-ua-mobile': hint, 'user-agent': agent = '' }: PageRequest['headers']): boolean {
  return hint === '?1' || /\bMobi/.test(agent)
}

function whenAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((done) => signal.addEventListener('abort', done, { once: true }))
}

/** Reads and draws what a page shows first, so that it comes with the page (`web.md` 14). */
import type { FirstPageCode, OperationId } from '@harmont/contract'
import type { Logger } from 'pino'
import { ApiError, type PageRequest } from '../../platform/http/index.ts'
import type { BuildPlace } from './build-route.ts'
import { lookOf, windowOf } from './page-template.ts'

/** Holds the parts of a page that are known so far. */
export interface FirstPage {
  /** The configuration for the sign-in page; null: the page asks for it. */
  config: unknown
  /** Answers of the API, as JSON, by URL. */
  readonly answers: Map<string, string>
  /** Empty: the app draws it alone. */
  html: string
}

interface FirstPageServices {
  readonly readAuthConfig: () => Promise<unknown>
  /** null: the web app was built without it. */
  readonly loadCode: () => Promise<FirstPageCode | null>
  readonly log: Logger
}

/** After this time the page goes without what is missing, and the app asks for it. */
const patienceMs = 2000
/**
 * Larger views, of some thousand steps, are left to the app, because drawing takes time of the
 * thread that answers everybody.
 */
const mostDrawn = 2_000_000

/**
 * Returns what is known in time of the page that a request asks for. Never throws. `place`: the
 * build that a signed-in reader asks for.
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
  /** Resolves when the configuration is known: its notices move the rest of the page. */
  readonly configured: Promise<void>
}

async function fillBuild(services: FirstPageServices, request: PageRequest, build: BuildPage): Promise<void> {
  try {
    await readAndDraw(services, request, build)
  } catch (error) {
    // The app tells a reader who may not read the build, or reads too much.
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

/** Whether a request comes from a phone, as far as browsers say. */
function isPhone({ 'sec-ch-ua-mobile': hint, 'user-agent': agent = '' }: PageRequest['headers']): boolean {
  return hint === '?1' || /\bMobi/.test(agent)
}

function whenAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((done) => signal.addEventListener('abort', done, { once: true }))
}

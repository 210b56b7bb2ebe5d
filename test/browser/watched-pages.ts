/** Records what pages showed and waited for, to report it when a test fails. */
import { addWitness } from '@harmont/test-kit/file'
import type { BrowserContext, Page, Request } from 'playwright-core'

interface Watched {
  readonly page: Page
  /** Unanswered requests, and since when. */
  readonly pending: Map<Request, number>
  readonly problems: string[]
}

const watched: Watched[] = []
/** A page that does not respond is reported as such. */
const patienceMs = 3000
const mostText = 1500

/** Watches all pages of this context. */
export function watchPages(context: BrowserContext): void {
  addWitness(sayPages)
  context.on('page', (page) => {
    const one: Watched = { page, pending: new Map(), problems: [] }
    watched.push(one)
    page.on('request', (request) => one.pending.set(request, Date.now()))
    page.on('requestfinished', (request) => one.pending.delete(request))
    page.on('requestfailed', (request) => {
      one.pending.delete(request)
      one.problems.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`)
    })
    page.on('pageerror', (error) => one.problems.push(`thrown: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') one.problems.push(`console: ${message.text()}`)
    })
  })
}

/** Reports what all open pages show, what they wait for, and their errors. */
async function sayPages(): Promise<string> {
  const open = watched.filter(({ page }) => !page.isClosed())
  return (await Promise.all(open.map(sayPage))).join('\n')
}

async function sayPage({ page, pending, problems }: Watched): Promise<string> {
  const shown = page.evaluate<string>('document.body.innerText').catch((error: unknown) => `not readable: ${error}`)
  const silence = new Promise<string>((done) => setTimeout(() => done('the page does not answer'), patienceMs))
  const text = (await Promise.race([shown, silence])).replaceAll(/\s*\n\s*/g, ' | ').slice(0, mostText)
  const waits = [...pending].map(
    ([request, since]) => `waits for ${Date.now() - since} ms: ${request.method()} ${request.url()}`,
  )
  return [`page ${page.url()}`, ...waits, ...problems.slice(-10), text].join('\n  ')
}

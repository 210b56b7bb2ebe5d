/** Records the content and open requests of pages, for reports of failed tests. */
import { addWitness } from '@harmont/test-kit/file'
import type { BrowserContext, Page, Request } from 'playwright-core'

interface Watched {
  readonly page: Page
  /** Unanswered requests with their start times. */
  readonly pending: Map<Request, number>
  readonly problems: string[]
}

const watched: Watched[] = []
/** Reports a page that does not respond. */
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

/** Reports the content, open requests and errors of all open pages. */
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

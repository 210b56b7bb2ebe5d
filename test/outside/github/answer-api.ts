/**
 * Handles a request of the API from its bytes to its answer, both judged by GitHub's description.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApiServices, api, pageWish } from './api.ts'
import type { Definition } from './definition.ts'
import { isObject } from './json.ts'
import { type AppFacts, Refused, whoCalls } from './who.ts'

interface Services extends ApiServices {
  readonly definition: Definition
  readonly app: AppFacts
}

/**
 * Returns what the description has against the request or the answer. `instead` replaces the answer
 * after all work is done.
 */
export async function answerApi(
  { definition, app, ...services }: Services,
  request: IncomingMessage,
  bytes: Buffer,
  response: ServerResponse,
  instead: (() => void) | null,
): Promise<readonly string[]> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://github')
  const path = pathname.slice('/api/v3'.length)
  const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      .end(JSON.stringify(body))
  const operation = definition.match(request.method ?? '', path)
  const handler = operation === undefined ? undefined : api[operation.route]
  if (operation === undefined || handler === undefined) {
    send(404, { message: 'Not Found' })
    return [operation === undefined ? 'GitHub has no such operation' : 'the double does not fill this operation']
  }
  const body = readJson(bytes)
  const problems = [...definition.checkRequest(operation, query, body), ...checkHeaders(request, bytes)]
  if (problems.length > 0) {
    send(400, { message: `Invalid request: ${problems.join('; ')}` })
    return problems
  }
  try {
    const who = await whoCalls(services.world, app, request.headers.authorization)
    const answer = handler({ ...operation, who, query, body: isObject(body) ? body : {} }, services)
    const wrong = definition
      .checkResponse(operation, answer.status, answer.body)
      .map((problem) => `the double's own ${problem}`)
    if (instead === null) send(answer.status, answer.body, linksOf(answer.total, query, `${services.apiUrl}${path}`))
    else instead()
    return wrong
  } catch (error) {
    if (!(error instanceof Refused)) {
      send(500, { message: 'the double has a fault' })
      return [`the double has a fault: ${error instanceof Error ? error.stack : error}`]
    }
    send(error.status, { message: error.message, documentation_url: 'https://docs.github.com/rest' })
    return []
  }
}

/** GitHub refuses requests without a user agent. */
function checkHeaders({ headers }: IncomingMessage, bytes: Buffer): readonly string[] {
  const problems: string[] = []
  if (headers['user-agent'] === undefined) problems.push('header user-agent: missing')
  if (bytes.length > 0 && !headers['content-type']?.startsWith('application/json'))
    problems.push('header content-type: expected application/json')
  return problems
}

function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return 'a body that is not JSON' // no schema of the description takes a string
  }
}

function linksOf(total: number | undefined, query: URLSearchParams, url: string): Readonly<Record<string, string>> {
  if (total === undefined) return {}
  const { page, size } = pageWish(query)
  const link = (number: number, name: string) => {
    const wish = new URLSearchParams(query)
    wish.set('page', String(number))
    return `<${url}?${wish}>; rel="${name}"`
  }
  const last = Math.max(1, Math.ceil(total / size))
  const links = [
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : []),
  ]
  return links.length === 0 ? {} : { link: links.join(', ') }
}

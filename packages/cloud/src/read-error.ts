import { CloudError } from './cloud-error.ts'

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)

/**
 * Parses the error of an answer. Any other answer becomes `unexpected_answer` with the beginning of
 * its text.
 */
export async function readError(response: Response, now: number): Promise<CloudError> {
  const { status } = response
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), now)
  const header = response.headers.get('x-request-id') ?? undefined
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    const where = response.headers.get('location') ?? 'nowhere'
    return new CloudError('redirected', `${response.url} redirects to ${where}`, {
      status,
      requestId: header,
    })
  }
  const body = await readStart(response)
  const error = field(parsed(body), 'error')
  const [code, message] = [text(field(error, 'code')), text(field(error, 'message'))]
  if (code === undefined || message === undefined) {
    const start = body.replace(/\s+/g, ' ').trim().slice(0, 200)
    const what = `${new URL(response.url).origin} answered ${status} without an error of this API`
    return new CloudError('unexpected_answer', `${what}: ${JSON.stringify(start)}`, {
      status,
      retryAfterMs,
      requestId: header,
    })
  }
  const errors = field(error, 'errors')
  const build = field(error, 'build')
  const [slug, count] = [text(field(build, 'pipeline_slug')), number(field(build, 'number'))]
  return new CloudError(code, message, {
    status,
    retryAfterMs,
    requestId: text(field(error, 'request_id')) ?? header,
    fields: (Array.isArray(errors) ? errors : []).map((each: unknown) => ({
      field: text(field(each, 'field')) ?? '',
      message: text(field(each, 'message')) ?? '',
    })),
    limitBytes: number(field(error, 'limit_bytes')),
    build: slug === undefined || count === undefined ? undefined : { pipeline_slug: slug, number: count },
  })
}

const longestError = 256 * 1024

async function readStart(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longestError) break
  }
  return Buffer.concat(chunks).toString()
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // Not JSON: what a proxy says, which is told as it is.
  }
}

/** Parses seconds or a date, and returns milliseconds from now. */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import { type ApiError, apiError } from '../api-error.ts'
import { requestIdOf } from '../request/request-id.ts'
import { securityHeaders } from './headers.ts'
import { envelopeOf, statusHeaders } from './send-error.ts'

/**
 * An import would read every export of `node:http`, which loads undici and takes 29 ms of the
 * start.
 */
const { STATUS_CODES }: typeof import('node:http') = createRequire(import.meta.url)('node:http')

/** An error of the HTTP parser. */
interface ParserError extends Error {
  readonly code?: string
  readonly rawPacket?: unknown
}

/** In bytes. */
export const longestUrl = 8 * 1024

/** Responds to bytes that are not an HTTP request, on a socket without a response object. */
export function answerBrokenRequest(publicUrl: string, error: ParserError, socket: Duplex): void {
  // A broken connection has no reader, and a started response must not get a second status line.
  if (error.code === 'ECONNRESET' || !socket.writable || hasAnswerUnderWay(socket)) {
    socket.destroy()
    return
  }
  socket.end(rawAnswer(brokenRequestError(error), publicUrl))
}

/** Returns the bytes of an error response that ends its connection. */
export function rawAnswer(error: ApiError, publicUrl: string, requestId: string = requestIdOf(undefined)): string {
  const body = JSON.stringify(envelopeOf(error, { requestId, publicUrl }))
  const headers = {
    ...securityHeaders(publicUrl),
    ...statusHeaders(error),
    ...error.headers,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`
}

function brokenRequestError({ code, rawPacket }: ParserError): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return apiError(
      'request_timeout',
      'The request headers must be complete within 10 s, and the request within 15 min.',
    )
  if (code !== 'HPE_HEADER_OVERFLOW')
    return apiError('request_malformed', 'The bytes received are not an HTTP/1.1 request.')
  const isLongUrl =
    Buffer.isBuffer(rawPacket) &&
    /^[A-Z-]+ \//.test(rawPacket.toString('latin1', 0, 32)) &&
    firstLineLength(rawPacket) > longestUrl
  return isLongUrl ? tooLongUrl() : apiError('headers_too_large', 'The request headers must have at most 16 KiB.')
}

function firstLineLength(packet: Buffer): number {
  const end = packet.indexOf('\r\n')
  return end === -1 ? packet.length : end
}

/** Returns the 414. */
export function tooLongUrl(): ApiError {
  return apiError('uri_too_long', `The URL must have at most ${longestUrl} bytes.`)
}

function hasAnswerUnderWay(socket: Duplex): boolean {
  // The property in which Node keeps the response while a body is arriving.
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: { headersSent: boolean } | null }
  return response?.headersSent === true
}

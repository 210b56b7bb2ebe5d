import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { apiError, type UpgradeRequest } from '../../../platform/http/index.ts'

/** Marks a dial forwarded by another process, which is not forwarded again. */
const relayedHeader = 'harmont-relayed'
const connectMs = 5_000

export function isRelayed({ raw }: UpgradeRequest): boolean {
  return raw.headers[relayedHeader] !== undefined
}

/**
 * Forwards the dial of a runner to the process at this address, which checks it again. Then
 * forwards bytes both ways until either end closes. Throws if that process does not accept it.
 */
export async function relay(
  { raw, socket, head }: UpgradeRequest,
  address: string,
  closing: AbortSignal,
): Promise<void> {
  const url = new URL(raw.url ?? '/', address)
  const { host: _, ...headers } = raw.headers
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    headers: { ...headers, [relayedHeader]: '1' },
    // Opens a new connection: a pooled one may be dead.
    agent: false,
    signal: closing,
    timeout: connectMs,
  })
  const { promise: entered, resolve, reject } = Promise.withResolvers<Duplex>()
  request.on('timeout', () => request.destroy(new Error(`no answer within ${connectMs} ms`)))
  request.on('error', (cause) => {
    const message = 'The server process at the other end of this shell cannot be reached.'
    reject(apiError('service_unavailable', message, { cause }))
  })
  request.on('response', (response) => {
    response.resume()
    reject(apiError('request_invalid', `The ticket was refused with ${response.statusCode}.`))
  })
  request.on('upgrade', (response, other: Duplex, rest: Buffer) => {
    const lines = response.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? `${name}: ${all[index + 1]}` : [],
    )
    socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'))
    socket.write(rest)
    other.write(head)
    resolve(other)
  })
  request.end()
  const other = await entered
  const end = () => {
    socket.destroy()
    other.destroy()
  }
  closing.addEventListener('abort', end)
  for (const side of [socket, other]) side.on('error', end).once('close', end)
  socket.pipe(other)
  other.pipe(socket)
  if (closing.aborted || socket.destroyed) end()
  other.once('close', () => closing.removeEventListener('abort', end))
}

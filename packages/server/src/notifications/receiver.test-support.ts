/**
 * A receiver of webhooks on loopback, which verifies messages with the library of Standard
 * Webhooks.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'

export interface Received {
  readonly id: string
  readonly body: {
    readonly type: string
    readonly data: { readonly build: { readonly number: number } }
    readonly [name: string]: unknown
  }
  readonly raw: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Receiver {
  readonly url: string
  /** All received messages, including refused ones. */
  readonly received: readonly Received[]
  /**
   * Answers a request; 200 by default. A function that does not end the response leaves the sender
   * waiting.
   */
  answer: (response: ServerResponse, message: Received) => void
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const raw = await text(request)
    const headers = request.headers as Record<string, string>
    const message = { id: headers['webhook-id'] ?? '', body: JSON.parse(raw), raw, headers }
    received.push(message)
    it.answer(response, message)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const it: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (response) => void response.end('ok'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return it
}

/** Verifies a signature like a receiver whose clock shows `at`. Throws for a wrong or old one. */
export function verify(secret: string, { raw, headers }: Received, at = new Date()): void {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  try {
    new Webhook(secret).verify(raw, { ...headers })
  } finally {
    vi.useRealTimers()
  }
}

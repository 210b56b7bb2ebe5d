import { type Product, startProduct } from '../../test/product.ts'
import type { ProcessorMeter } from './processor-meter.ts'

export interface Requests extends AsyncDisposable {
  readonly product: Product
  /** Sends a request and returns the response's JSON. */
  ask<T>(path: string, body?: unknown): Promise<T>
  /**
   * Returns the cost of one request in server and database. The cost is the mean of several
   * requests after a first one, because background work of an idle server would dominate a single
   * request.
   */
  spent(times: number, request: () => Promise<unknown>): Promise<number>
}

/** Starts a server without a runner, to measure requests to it. */
export async function openRequests(meter: ProcessorMeter): Promise<Requests> {
  const product = await startProduct({ HARMONT_RUNNER: 'off', HARMONT_RATE_LIMITS: 'off' })
  return {
    product,
    async ask<T>(path: string, body?: unknown) {
      const response = await fetch(`${product.server().url}/api/v0${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${path} → ${response.status} ${text.slice(0, 300)}`)
      return JSON.parse(text) as T
    },
    async spent(times, request) {
      await request()
      const { others } = await meter.measure(async () => {
        for (let time = 0; time < times; time += 1) await request()
      })
      return others / times
    },
    [Symbol.asyncDispose]: () => product.remove(),
  }
}

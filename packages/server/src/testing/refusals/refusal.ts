/** A row of the tables of refusals: a request, and the status, code and field of its response. */
import type { components } from '@harmont/contract'
import { expect } from 'vitest'
import { ownerToken, type TestServer } from '../server.ts'

type Failure = components['schemas']['Error']['error']

export interface Refusal {
  readonly method?: string
  readonly path: string
  /** The owner's token by default; null: none. */
  readonly token?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly code: string
  /** The first field in `errors`. */
  readonly field?: string
}

/**
 * Sends the request and checks the response. Returns the error and the headers for further checks.
 */
export async function expectRefusal(
  server: TestServer,
  { method = 'GET', path, token = ownerToken, body, headers, status, code, field }: Refusal,
): Promise<{ readonly error: Failure; readonly headers: Headers }> {
  const answer = await server.request<{ error: Failure }>(token, method, path, body, headers)
  const error = answer.body.error
  expect({ status: answer.status, code: error?.code, field: error?.errors?.[0]?.field }).toEqual({
    status,
    code,
    field: field ?? error?.errors?.[0]?.field,
  })
  // 2.1: only responses about the shape of the input have `errors`.
  expect(error.errors !== undefined).toBe(field !== undefined)
  return { error, headers: answer.headers }
}

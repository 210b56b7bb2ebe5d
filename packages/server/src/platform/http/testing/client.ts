import type { components } from '@harmont/contract'

/** The members of responses that tests read. */
type AnyBody = components['schemas']['Error'] &
  Readonly<Record<'uuid' | 'servers' | 'paths', unknown>> & { readonly data?: readonly unknown[] }

/** An answer. */
interface Called {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /**
   * The body if it is an object, otherwise `{}`. A missing member is undefined and fails the test.
   */
  readonly json: AnyBody
}

/** Calls a test server like a client. */
export type Call = (
  method: string,
  path: string,
  token?: string,
  body?: string,
  headers?: Record<string, string>,
) => Promise<Called>

/** Returns the client of the server at `url()`. */
export function caller(url: () => string): Call {
  return async (method, path, token, body, headers = {}) => {
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(url() + path, {
      method,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: JSON.parse(text.startsWith('{') ? text : '{}') as AnyBody,
    }
  }
}

import type { components } from '@harmont/contract'

/** The members of answers that tests look at. */
type AnyBody = components['schemas']['Error'] &
  Readonly<Record<'uuid' | 'servers' | 'paths', unknown>> & { readonly data?: readonly unknown[] }

/** What came back for a call. */
interface Called {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body where it is an object, else `{}`. What the test looks for and is not there is undefined and fails there. */
  readonly json: AnyBody
}

/** Calls a test server as a client would. */
export type Call = (
  method: string,
  path: string,
  token?: string,
  body?: string,
  headers?: Record<string, string>,
) => Promise<Called>

/** Gives the calls to the server at `url()`. */
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

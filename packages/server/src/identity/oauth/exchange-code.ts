import { type Configuration, type CustomFetch, genericGrantRequest, ResponseBodyError } from 'openid-client'
import { boundedFetch } from '../../platform/outbound/bounded-fetch.ts'
import { IdentityRefused, IdentityUnavailable, type Return } from './identity-provider.ts'

/** Returns the `fetch` of the OAuth library, with a time limit. */
export function askProvider(seconds: number): CustomFetch {
  const ask = boundedFetch(seconds)
  return (url, { method, headers, body, redirect, signal }) =>
    ask(url, { method, headers, body: body ?? null, redirect, signal: signal ?? null })
}

/**
 * Exchanges the code that a browser brought back for the provider's tokens. `title` names the
 * provider in messages. Fails with `IdentityRefused` or `IdentityUnavailable`.
 */
export async function exchangeCode(
  config: Configuration,
  title: string,
  { code, redirectUri, codeVerifier }: Return,
): Promise<Awaited<ReturnType<typeof genericGrantRequest>>> {
  try {
    return await genericGrantRequest(config, 'authorization_code', {
      code,
      ...(redirectUri === null ? {} : { redirect_uri: redirectUri }),
      ...(codeVerifier === null ? {} : { code_verifier: codeVerifier }),
    })
  } catch (cause) {
    if (cause instanceof ResponseBodyError)
      throw new IdentityRefused(`${title} refused the code: ${cause.error}.`, { cause })
    throw new IdentityUnavailable(`${title} returned an unexpected response.`, { cause })
  }
}

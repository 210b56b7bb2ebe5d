import { type Configuration, type CustomFetch, genericGrantRequest, ResponseBodyError } from 'openid-client'
import { boundedFetch } from '../../platform/outbound/bounded-fetch.ts'
import { IdentityRefused, IdentityUnavailable, type Return } from './identity-provider.ts'

/** How the library asks a provider: each time for so many seconds at most. */
export function askProvider(seconds: number): CustomFetch {
  const ask = boundedFetch(seconds)
  return (url, { method, headers, body, redirect, signal }) =>
    ask(url, { method, headers, body: body ?? null, redirect, signal: signal ?? null })
}

/** What a provider gives for the code that a browser brought back. `title` names the provider in messages. Fails with `IdentityRefused` or `IdentityUnavailable`. */
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

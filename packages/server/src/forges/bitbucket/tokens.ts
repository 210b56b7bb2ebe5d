/** Tokens of Bitbucket's OAuth 2: https://developer.atlassian.com/cloud/bitbucket/oauth-2/ */
import { Payload } from '../forge/payload.ts'
import type { BitbucketApp } from './app.ts'
import { readAnswer } from './read-answer.ts'

export interface BitbucketConsumer {
  readonly clientId: string
  readonly clientSecret: string
  /** Where people are sent to, and tokens come from. */
  readonly url: string
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: Date
}

/** Tokens for a code that a person brought back, or for a refresh token. Fails with `ForgeRefused` when Bitbucket does not take it, or `ForgeUnavailable`. */
export async function fetchTokens(
  { consumer: { clientId, clientSecret, url }, fetch }: Pick<BitbucketApp, 'consumer' | 'fetch'>,
  grant: { readonly code: string } | { readonly refreshToken: string },
): Promise<Tokens> {
  const form =
    'code' in grant
      ? { grant_type: 'authorization_code', code: grant.code }
      : { grant_type: 'refresh_token', refresh_token: grant.refreshToken }
  const body = await readAnswer('POST /site/oauth2/access_token', () =>
    fetch(`${url}/site/oauth2/access_token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams(form),
      redirect: 'error',
    }),
  )
  return readTokens(new Payload(body))
}

function readTokens(answer: Payload): Tokens {
  const seconds = Number(answer.id('expires_in'))
  return {
    accessToken: answer.text('access_token'),
    refreshToken: answer.text('refresh_token'),
    expiresAt: new Date(Date.now() + seconds * 1000),
  }
}

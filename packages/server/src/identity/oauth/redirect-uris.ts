import { apiError } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { IdentityProviderName } from './identity-provider.ts'

/** Where a provider sends the browser of the server flow back to. */
export function callbackUri(publicUrl: string, provider: IdentityProviderName): string {
  return `${publicUrl}/api/v0/auth/${provider}/callback`
}

/** Checks the redirect URI that a page of the popup flow used. Throws 422 `oauth_redirect_invalid`. */
export function requireRedirectUri(
  { publicUrl, oauthRedirectUris }: Pick<Settings, 'publicUrl' | 'oauthRedirectUris'>,
  given: string,
): void {
  const own = ['/auth/callback', '/auth/google/callback', '/auth/github/callback'].map((path) => publicUrl + path)
  if ([...own, ...oauthRedirectUris].includes(given)) return
  throw apiError(
    'oauth_redirect_invalid',
    `\`redirect_uri\` must be ${own[0]} or one of HARMONT_OAUTH_REDIRECT_URIS, exactly as written there.`,
    { errors: [{ field: 'redirect_uri', message: 'is not one that this server allows' }] },
  )
}

const longestPath = 2048

/** A path of our own pages to go to after a sign-in; undefined when it could lead elsewhere. */
export function readRedirectPath(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  const isPath = /^\/(?![/\\])[^\\\u0000-\u001f\u007f]*$/.test(text)
  return isPath && text.length <= longestPath ? text : undefined
}

import { apiError } from '../../platform/http/index.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { IdentityProviderName } from './identity-provider.ts'

/** Returns the URL to which a provider redirects the browser of the server flow. */
export function callbackUri(publicUrl: string, provider: IdentityProviderName): string {
  return `${publicUrl}/api/v0/auth/${provider}/callback`
}

/** Validates the redirect URI of a page's popup flow. Throws 422 `oauth_redirect_invalid`. */
export function requireRedirectUri(
  { publicUrl, oauthRedirectUris }: Pick<Settings, 'publicUrl' | 'oauthRedirectUris'>,
  given: string,
): void {
  const own = ['/auth/callback', '/auth/google/callback', '/auth/github/callback'].map((path) => publicUrl + path)
  if ([...own, ...oauthRedirectUris].includes(given)) return
  throw apiError(
    'oauth_redirect_invalid',
    `\`redirect_uri\` must be ${own[0]} or one of HARMONT_OAUTH_REDIRECT_URIS, exactly as written there.`,
    { errors: [{ field: 'redirect_uri', message: 'is not a redirect URI that this server allows' }] },
  )
}

const longestPath = 2048

/**
 * Returns the text if it is a path on this server; undefined if it could lead to another site or is
 * too long.
 */
export function readRedirectPath(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression excludes them
  const isPath = /^\/(?![/\\])[^\\\u0000-\u001f\u007f]*$/.test(text)
  return isPath && text.length <= longestPath ? text : undefined
}

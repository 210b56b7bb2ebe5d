/** Returns the headers of every response of the API (`http.md` 12.2). */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    // The headers depend on the requesting page, so caches must not reuse them for another one.
    vary: 'Origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=63072000' } : {}),
  }
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const requestHeaders =
  'authorization, content-type, api-version, idempotency-key, last-event-id, range, x-csrf-token, x-harmont-session, x-request-id'
const exposedHeaders =
  'x-request-id, retry-after, location, content-range, etag, idempotent-replayed, harmont-log-complete'

/**
 * Returns the CORS headers of a response to a page of `origin` (`http.md` 12.1); none for an origin
 * that is not allowed.
 */
export function corsHeaders(
  isAllowedOrigin: (origin: string) => boolean,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (origin === undefined || !isAllowedOrigin(origin)) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': exposedHeaders,
  }
}

/** The additional headers of the response to a preflight. */
export const preflightHeaders = {
  'access-control-allow-methods': methods,
  'access-control-allow-headers': requestHeaders,
  'access-control-max-age': '600',
} as const

/**
 * Returns a function that checks whether pages of an origin may call the API. The public origin and
 * those of HARMONT_CORS_ORIGINS may, compared exactly.
 */
export function originCheck(publicUrl: string, corsOrigins: readonly string[]): (origin: string) => boolean {
  const allowed = new Set([new URL(publicUrl).origin, ...corsOrigins])
  return (origin) => allowed.has(origin)
}

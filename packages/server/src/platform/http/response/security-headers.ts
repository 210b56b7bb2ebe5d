/** Gives the headers that every answer of the API carries; `http.md` 12.2. */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    // Which headers an answer has depends on the page that asked: no cache may give it to another.
    vary: 'Origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=63072000' } : {}),
  }
}

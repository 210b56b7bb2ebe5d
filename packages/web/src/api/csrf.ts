/** The value that changes must carry (`http.md` 3.2), from `document.cookie`; empty when nobody is signed in. */
export function csrfToken(cookies: string): string {
  const found = cookies.split('; ').find((cookie) => cookie.startsWith('harmont_csrf='))
  return found === undefined ? '' : decodeURIComponent(found.slice('harmont_csrf='.length))
}

import { parseCookie } from 'cookie'

/** A cookie of a `Cookie` header; null when it is absent or empty. */
export function cookieOf(header: string | undefined, name: string): string | null {
  return (header === undefined ? undefined : parseCookie(header)[name]) || null
}

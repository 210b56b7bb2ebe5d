import { stringifySetCookie } from 'cookie'

const lifeSeconds = 600

/** The cookie that ties a browser to the sign-in that it began. */
export interface BrowserCookie {
  readonly name: string
  set(value: string): string
  clear(): string
}

export function browserCookie(publicUrl: string): BrowserCookie {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-harmont_oauth' : 'harmont_oauth'
  const make = (value: string, maxAge: number) =>
    // Lax: it must come along when the provider's page leads back here.
    stringifySetCookie({ name, value, maxAge, httpOnly: true, path: '/', sameSite: 'lax', secure })
  return { name, set: (value) => make(value, lifeSeconds), clear: () => make('', 0) }
}

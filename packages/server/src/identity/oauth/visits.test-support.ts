import { parseSetCookie } from 'cookie'
import type { TestServer } from '../../testing/server.ts'

/** The cookies of one browser. */
export type Jar = Map<string, string>

/**
 * Simulates a browser that visits the server at its public URL, which differs from the URL that it
 * listens on.
 */
export function visits(it: Pick<TestServer, 'server'>, publicUrl: string) {
  return async (jar: Jar, target: string, headers: Readonly<Record<string, string>> = {}) => {
    const url = new URL(target, publicUrl)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(it.server.url + url.pathname + url.search, {
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
    })
    for (const text of answer.headers.getSetCookie()) {
      const { name, value, maxAge } = parseSetCookie(text)
      if (maxAge === 0) jar.delete(name)
      else jar.set(name, value ?? '')
    }
    const location = answer.headers.get('location') ?? ''
    return { status: answer.status, location: location.replace(publicUrl, ''), headers: answer.headers }
  }
}

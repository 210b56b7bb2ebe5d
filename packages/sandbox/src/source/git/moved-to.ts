import type { FetchRequest } from './fetch-commit.ts'

const answerMs = 30_000
const asked = '/info/refs'

/**
 * Returns the new address of a renamed repository according to the forge; undefined if it gives
 * none, or names another host, where git itself would send the Authorization header. Fails as
 * `fetch` does.
 */
export async function movedTo({
  url,
  authorization,
}: Pick<FetchRequest, 'url' | 'authorization'>): Promise<string | undefined> {
  const answer = await fetch(`${url.replace(/\/$/, '')}${asked}?service=git-upload-pack`, {
    redirect: 'manual',
    signal: AbortSignal.timeout(answerMs),
    ...(authorization === null ? {} : { headers: { authorization } }),
  })
  await answer.body?.cancel()
  const location = answer.headers.get('location')
  const to = answer.status >= 300 && answer.status < 400 && location !== null ? URL.parse(location, url) : null
  if (to === null || to.origin !== new URL(url).origin || !to.pathname.endsWith(asked)) return undefined
  return to.origin + to.pathname.slice(0, -asked.length)
}

import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { ownerToken, testServer } from '../../testing/server.ts'
import { endedBuild } from '../builds.test-support.ts'

const it = testServer({ HARMONT_PUBLIC_URL: 'https://ci.example.com' })

interface Settings {
  readonly access: string
  readonly url: string | null
  readonly markdown: string | null
}

const settingsPath = (slug: string) => `/api/v0/organizations/default/pipelines/${slug}/badge`
const set = async (slug: string, access: string) =>
  (await it.request<Settings>(ownerToken, 'PUT', settingsPath(slug), { access })).body
const get = (path: string, headers = {}) => it.request<string>(null, 'GET', path, undefined, headers)

/** Returns the text of a picture, which must be well formed. */
function textOf(svg: string): string {
  const parts: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('text', (text) => parts.push(text))
  parser.on('error', (error) => {
    throw error
  })
  parser.write(svg).close()
  return parts.join(' ')
}

test('G128 nobody sees a badge that is off, and the answer is that for a pipeline that does not exist', async () => {
  const slug = await it.newPipeline()
  const off = await get(`/badges/default/${slug}.svg`)
  const absent = await get('/badges/default/absent.svg')
  const { url } = await set(slug, 'token')
  const { pathname } = new URL(url ?? '')
  const wrong = await get(`${pathname}?token=x`)
  const without = await get(pathname)
  const errorOf = (answer: { readonly body: unknown }) => ({
    ...(answer.body as { error: object }).error,
    request_id: null,
  })
  for (const answer of [off, absent, wrong, without]) {
    expect(answer.status).toBe(404)
    expect(errorOf(answer)).toEqual(errorOf(off))
  }
})

test('a badge shows the newest build of a branch that passed or failed, as a well-formed picture that proxies keep for a minute', async () => {
  const slug = await it.newPipeline()
  const { markdown } = await set(slug, 'public')
  expect(markdown).toMatch(
    new RegExp(
      `^\\[!\\[${slug}\\]\\(https://ci\\.example\\.com/badges/default/${slug}\\.svg\\)\\]\\(https://ci\\.example\\.com/default/pipelines/${slug}\\)$`,
    ),
  )
  const path = `/badges/default/${slug}.svg`
  expect(textOf((await get(path)).body)).toContain('no builds')
  await endedBuild(it, slug, 0)
  const first = await get(path)
  expect(first.headers.get('content-type')).toBe('image/svg+xml')
  expect(first.headers.get('cache-control')).toBe('max-age=60')
  expect(textOf(first.body)).toContain('passing')
  const etag = first.headers.get('etag') ?? ''
  expect((await get(path, { 'if-none-match': etag })).status).toBe(304)
  await endedBuild(it, slug, 1)
  const second = await get(path, { 'if-none-match': etag })
  expect(textOf(second.body)).toContain('failing')
  const branch = '<b>&"\'</b>'
  await endedBuild(it, slug, 0, branch)
  expect(textOf((await get(`${path}?branch=${encodeURIComponent(branch)}`)).body)).toMatch(/<b>&"'<\/b>.*passing/)
})

test('a badge with a token is seen with it, until there is another', async () => {
  const slug = await it.newPipeline()
  const { url } = await set(slug, 'token')
  const { pathname, search } = new URL(url ?? '')
  expect((await get(pathname + search)).status).toBe(200)
  expect((await it.request<Settings>(ownerToken, 'GET', settingsPath(slug))).body.url).toBe(url)
  const again = await set(slug, 'token')
  expect(again.url).not.toBe(url)
  expect((await get(pathname + search)).status).toBe(404)
  const { rows } = await it.server.pool.query('select p::text as row from pipelines p where slug = $1', [slug])
  expect(rows[0].row).not.toContain(new URL(again.url ?? '').searchParams.get('token'))
})

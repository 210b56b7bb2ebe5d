import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeFailed, makeJob, makeView } from '../build/testing/make-view.ts'

/** The bundle, loaded as the server loads it. */
const built = fileURLToPath(new URL('../../dist/.server/first-page.js', import.meta.url))
const { draw, firstLog }: typeof import('./first-page.tsx') = await import(built)

const session = (name: string, org: string) =>
  JSON.stringify({
    user: { uuid: `id-${name}`, email: `${name}@example.com`, name },
    organizations: [{ slug: org, name: org, role: 'member', permissions: ['build'] }],
    expires_at: null,
  })

function red(name: string) {
  const failed = makeFailed('test', 1, { name })
  if (failed.failure !== null) failed.failure.first_error_line = 300
  return JSON.stringify(makeView([makeJob('build'), failed], { state: 'failed' }))
}

function logOf(text: string): string {
  const lines = Array.from({ length: 400 }, (_, at) => [0, 1, at === 299 ? text : `line ${at + 1}`, 0])
  const page = { from: 1, sgr: '', t0: null, lines, total_lines: 400, complete: true }
  return JSON.stringify({
    ...{ total_lines: 400, bytes: 4000, complete: true, groups: [], errors: [300], remarks: [] },
    ...{ first_error_line: 300, page },
  })
}

const usual = { config: null, density: 'comfortable', isPhone: false, window: null } as const
const drawn = (url: string, { name = 'test', text = 'expected 3, got 4', person = 'ada', org = 'acme' } = {}) =>
  draw({ ...usual, url, session: session(person, org), view: red(name), log: logOf(text) })
const url = '/acme/pipelines/ci/builds/60'

test('web R1 the server draws the sentence, the failed step and the log around its first error', async () => {
  expect(firstLog(red('test'), url)).toEqual({ jobId: 'id-test', search: 'at=error&limit=512' })
  for (const address of [url, `${url}?job=test`]) {
    const html = await drawn(address)
    expect(html).toMatch(/<h1[^>]*>.*test.*failed: exit 1/)
    expect(html).toContain('aria-label="Why it failed"')
    expect(html).toMatch(/id="log"[^>]*data-first="300"/)
    expect(html).toMatch(/data-text="300">expected 3, got 4</)
    // Enough lines for the view, but not the whole log.
    expect(html).not.toContain('data-line="1"')
  }
})

test('external names and log lines are text in a server-drawn page', async () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)><!--\u2028"\''
  const html = await drawn(url, { name: evil, text: evil })
  expect(html).toContain('&lt;img')
  expect(html).not.toMatch(/<script|<img|<!--| style=/)
})

test('views that only the app draws, and missing steps, are left to the app', async () => {
  for (const search of ['?view=graph', '?find=x', '?job=none', '?job=test&attempt=1', '?utm=%22x'])
    expect([search, await drawn(url + search)]).toEqual([search, ''])
})

test('a log that is mostly markup is left to the app', async () => {
  expect(await drawn(url, { text: 'http://a.b/c '.repeat(9_000) })).toBe('')
})

test('pages drawn at the same time contain nothing of each other', async () => {
  const [ada, bob] = await Promise.all([
    drawn(url, { person: 'ada', org: 'acme', name: 'build-of-ada', text: 'secret of ada' }),
    drawn('/beta/pipelines/ci/builds/60', { person: 'bob', org: 'beta', name: 'build-of-bob', text: 'secret of bob' }),
  ])
  expect(ada).toContain('secret of ada')
  expect(ada).not.toMatch(/bob|beta/)
  expect(bob).toContain('secret of bob')
  expect(bob).not.toMatch(/\bada|acme\/pipelines/)
})

import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../platform/http/testing/server.ts'
import { docsSite } from './docs-site.ts'
import { documentedCodes } from './error-codes.ts'
import { docsPages } from './pages.ts'
import { readDocsSite } from './read-docs-site.ts'
import { renderMarkdown } from './render-markdown.ts'

const folder = new URL('../../../../../docs/', import.meta.url)

let server: TestServer
let addresses: readonly string[]
beforeAll(async () => {
  const site = await readDocsSite(null)
  addresses = [...site.files.keys()]
  server = await startTestServer({}, {}, { pages: docsPages(async () => site) })
})
afterAll(() => server.close())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(server.url + path, { headers, method })
const textOf = async (path: string) => (await get(path)).text()

describe('error codes', () => {
  test('each has a page, and every page has a code', async () => {
    const files = (await readdir(new URL('errors/', folder))).sort()
    expect(files).toEqual(documentedCodes.map(({ code }) => `${code}.md`))
  })

  test('each page says what the code means, when it occurs and what to do', () => {
    for (const { code } of documentedCodes) {
      const text = readFileSync(new URL(`errors/${code}.md`, folder), 'utf8')
      const [, ...parts] = text.split(/^(#+ .*)$/m).map((part) => part.trim())
      const headings = parts.filter((_, index) => index % 2 === 0)
      expect(headings).toEqual([`# \`${code}\``, '## What it means', '## When it happens', '## What to do'])
      const sections = parts.filter((_, index) => index % 2 === 1).slice(1)
      expect([code, sections.every((section) => section.length >= 10)]).toEqual([code, true])
    }
  })

  test('every doc_url leads to its page, which names the status; the index lists them all', async () => {
    const index = await textOf('/docs/errors')
    for (const { code, status } of documentedCodes) {
      const page = await get(`/docs/errors/${code}`)
      expect([code, page.status]).toEqual([code, 200])
      const text = await page.text()
      expect(text).toContain(status === null ? 'of a build or job' : `HTTP status ${status} `)
      expect(index).toContain(`href="/docs/errors/${code}"`)
    }
    const { error } = (await (await get('/api/v0/user')).json()) as { error: { doc_url: string } }
    expect((await get(new URL(error.doc_url).pathname)).status).toBe(200)
  })
})

describe('pages', () => {
  test('have one h1, a link past the navigation, a title, and no script; anybody may read them', async () => {
    for (const path of addresses.filter((each) => !/\.\w+$/.test(each))) {
      const answer = await get(path, { accept: path.length % 2 === 0 ? 'text/html' : '*/*' })
      const text = await answer.text()
      expect([path, text.split('<h1').length, text.includes('<script'), answer.headers.get('content-type')]).toEqual([
        path,
        2,
        false,
        'text/html; charset=utf-8',
      ])
      expect(text).toContain('<a class="skip" href="#content">')
      expect(text).toMatch(/<title>[^<]{3,} · Harmont docs<\/title>/)
    }
  })

  test('link to existing pages, headings and images', async () => {
    const pages = new Map<string, string>()
    for (const path of addresses.filter((each) => !/\.(?:md|txt|json)$/.test(each))) pages.set(path, await textOf(path))
    const wrong: string[] = []
    for (const [path, text] of pages) {
      for (const [, target = ''] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
        const { pathname, hash, host } = new URL(target, `http://docs${path}`)
        if (host !== 'docs' || ['/', '/favicon.svg', '/api/v0/openapi.json'].includes(pathname)) continue
        const other = pages.get(pathname)
        if (other === undefined || (hash !== '' && !other.includes(`id="${hash.slice(1)}"`)))
          wrong.push(`${path}: ${target}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('are available as Markdown, byte for byte, and llms.txt links to all of them except those of error codes', async () => {
    const page = await get('/docs/pipelines.md')
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/markdown; charset=utf-8'])
    expect(await page.text()).toBe(readFileSync(new URL('pipelines.md', folder), 'utf8'))
    const list = await textOf('/llms.txt')
    expect(list).toMatch(/^# Harmont\n\n> CI\/CD whose pipelines are programs/)
    const linked = [...list.matchAll(/\]\((\/docs\/[^)]+\.md)\)/g)].map(([, path]) => path)
    const pages = addresses.filter((path) => path.endsWith('.md') && !path.startsWith('/docs/errors/'))
    expect(linked.toSorted()).toEqual(pages.toSorted())
    expect(list).toContain('- [Getting started](/docs/getting-started.md): ')
  })

  test('JSON schemas are available', async () => {
    const schema = await get('/docs/json/history.json')
    expect([schema.status, schema.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(await schema.json()).toMatchObject({ title: 'hm history --json', type: 'object' })
  })

  test('show links into the repository as text', async () => {
    const text = await textOf('/docs/guarantees')
    expect(text).toContain('server/members')
    expect(text).not.toContain('members.pg.test.ts')
  })

  test('that do not exist link to the index; a trailing slash makes no difference', async () => {
    for (const path of ['/docs/nothing', '/docs/errors/nothing', '/docs/..%2fpackage.json']) {
      const answer = await get(path)
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.text()).toContain('<a href="/docs">The index</a>')
    }
    expect((await get('/docs/')).status).toBe(200)
    expect((await get('/docs/pipelines/')).status).toBe(200)
    expect((await get('/docsx')).headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  test('have their own policy, are compressed, and are not resent to a client that has them', async () => {
    const first = await get('/docs/pipelines', { 'accept-encoding': 'gzip' })
    expect(first.headers.get('content-encoding')).toBe('gzip')
    expect(await first.text()).toContain('Writing pipelines')
    expect(first.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/)
    const etag = first.headers.get('etag') ?? ''
    expect((await get('/docs/pipelines', { 'if-none-match': etag })).status).toBe(304)
    const head = await get('/docs/pipelines', { 'accept-encoding': 'identity' }, 'HEAD')
    expect([head.status, await head.text(), Number(head.headers.get('content-length')) > 1000]).toEqual([200, '', true])
    const picture = await get('/docs/demo.svg')
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })
})

test('markup in a file stays text everywhere', () => {
  const hostile =
    '# <b>"x"</b>\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1)) `<i>`\n\n```js" onload="x\n<u>\n```\n\n## "><img>\n'
  const { title, html } = renderMarkdown(hostile, (href) => href)
  expect(html).not.toMatch(/<(b|script|i|u|img)\b|href="javascript|onload="/)
  const site = docsSite({ pages: new Map([['a', hostile]]), others: new Map() }, '')
  const page = site.files.get('/docs/a')?.bytes.toString() ?? ''
  expect(title).toBe('<b>"x"</b>')
  expect(page).not.toMatch(/<(b|script|i|u|img)\b/)
})

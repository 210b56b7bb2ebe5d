import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiError, type Pages, type ReadApi } from '../../platform/http/index.ts'
import { sendRaw } from '../../platform/http/testing/raw-client.ts'
import { sessionCookie, startTestServer, type TestServer } from '../../platform/http/testing/server.ts'
import { webAppPages } from './pages.ts'
import { preloadLinks } from './preload-links.ts'
import { readWebApp } from './read-web-app.ts'

const script = 'export const text = "a script that is long enough to be worth compressing"\n'.repeat(50)
const template = `<!doctype html><html lang="en"><meta property="csp-nonce" nonce="__NONCE__"><style nonce="__NONCE__"></style>
<script>alert(1)</script><div id="app"><div id="first-page" inert hidden></div></div><script type="module" crossorigin src="/assets/index-1.js"></script><script type="application/json" id="auth-config"></script><link rel="stylesheet" crossorigin href="/assets/index-1.css">`
const manifest = {
  'index.html': {
    file: 'assets/index-1.js',
    imports: ['_react.js'],
    css: ['assets/index-1.css'],
    assets: ['assets/next-1.woff2', 'assets/a-1.svg'],
  },
  '_react.js': { file: 'assets/react-1.js' },
  'src/build/build-page.tsx': {
    file: 'assets/build-1.js',
    imports: ['index.html', '_react.js'],
    css: ['assets/build-1.css'],
  },
  'src/log/log-viewer.tsx': { file: 'assets/log-1.js', imports: ['_react.js'] },
  'src/usage/usage-page.tsx': { file: 'assets/usage-1.js' },
}

/** Renders its input, and fails for a build with this name. */
const firstPageCode = `
export const firstLog = (view) => ({ jobId: JSON.parse(view).jobs[0].id, search: 'at=error&limit=512' })
export const draw = async ({ url, config, session, view, log, density, isPhone, window }) => {
  const { build, jobs } = JSON.parse(view)
  if (build.message === 'cannot be drawn') throw new Error('cannot be drawn')
  const { user } = JSON.parse(session)
  return [url, user.name, jobs[0].state, JSON.parse(log).page.lines[0][2], density, isPhone, window?.height, config?.version].map((text) => '<p>' + text + '</p>').join('')
}`

let directory: string
let server: TestServer
let config: () => Promise<unknown>
let pages: Pages
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'harmont-web-app-'))
  await mkdir(join(directory, 'assets'))
  await mkdir(join(directory, '.vite'))
  await mkdir(join(directory, '.server'))
  const files = {
    'index.html': template,
    '.made-of': 'digest',
    '.vite/manifest.json': JSON.stringify(manifest),
    '.server/first-page.js': firstPageCode,
    'theme.js': 'document.documentElement.dataset.theme = "dark"',
    'assets/index-1.js': script,
    'assets/index-1.css': 'body { color: red }',
    'assets/index-1.js.br': brotliCompressSync(script),
    'assets/index-1.js.gz': gzipSync(script),
    'assets/next-1.woff2': 'font',
    'assets/a-1.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes)
  const webApp = await readWebApp(directory)
  pages = webAppPages({
    webApp,
    readAuthConfig: () => config(),
    sessionCookies: { name: sessionCookie('').slice(0, -1) },
    log: pino({ level: 'silent' }),
  })
  server = await startTestServer({}, {}, { pages })
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(server.url + path, { method, headers })

describe('files of the web app', () => {
  test('under /assets/ are cached for a year, and sent in the best encoding that the client accepts', async () => {
    for (const [accepted, encoding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0', null],
      ['identity', null],
      ['zstd', null],
    ] as const) {
      const answer = await get('/assets/index-1.js', { 'accept-encoding': accepted })
      expect(answer.headers.get('content-encoding')).toBe(encoding)
      expect(await answer.text()).toBe(script)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': 'text/javascript; charset=utf-8',
        'x-content-type-options': 'nosniff',
        vary: 'Origin, Accept-Encoding',
      })
    }
    expect((await get('/assets/next-1.woff2')).headers.get('content-type')).toBe('font/woff2')
    expect((await get('/assets/a-1.svg')).headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect((await get('/theme.js')).headers.get('cache-control')).toBe('no-cache')
  })

  test('are not sent again to a client that has them, and HEAD answers like GET without a body', async () => {
    for (const accepted of ['br', 'identity']) {
      const headers = { 'accept-encoding': accepted }
      const first = await get('/assets/index-1.js', headers)
      const again = await get('/assets/index-1.js', {
        ...headers,
        'if-none-match': `"x", W/${first.headers.get('etag')}`,
      })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([
        304,
        '',
        first.headers.get('etag'),
      ])
      const head = await get('/assets/index-1.js', headers, 'HEAD')
      expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([
        200,
        '',
        first.headers.get('content-length'),
      ])
    }
    expect((await get('/assets/index-1.js', { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('are exactly those that were built, however a path is spelled', async () => {
    const others = [
      '/assets/',
      '/assets/none.js',
      '/assets/../package.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/..%2findex.html',
    ]
    const hidden = [
      '/.made-of',
      '/.vite/manifest.json',
      '/index.html',
      '/assets/index-1.js.br',
      '//assets/index-1.js',
      '/assets\\index-1.js',
    ]
    for (const path of [...others, ...hidden]) {
      // Raw, because `fetch` normalises paths.
      const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect([path, answer?.status]).toEqual([path, 404])
    }
    for (const path of ['/assets/none.js', '/assets/..%2findex.html'])
      expect((await get(path, html)).headers.get('content-type')).toBe('application/json; charset=utf-8')
  })
})

describe('the page', () => {
  test('web A9 is served at every path of its own, with a policy and a new nonce in each answer', async () => {
    config = async () => ({ needs_setup: false })
    const nonces = new Set<string>()
    for (const path of [
      '/',
      '/login',
      '/acme',
      '/acme/pipelines/ci',
      '/acme/pipelines/ci/builds/7/x',
      '/a/b.c',
      '/%61',
    ]) {
      const answer = await get(path, html)
      expect([path, answer.status]).toEqual([path, 200])
      const nonce =
        /style-src 'self' 'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1] ?? ''
      nonces.add(nonce)
      const text = await answer.text()
      expect(text.split(`nonce="${nonce}"`)).toHaveLength(4)
      expect(text).not.toContain('__NONCE__')
      // The first paint needs no second answer.
      expect(text).toContain(`<style nonce="${nonce}" data-sheet="/assets/index-1.css">body { color: red }</style>`)
      expect(text).not.toContain('rel="stylesheet"')
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy':
          `default-src 'none'; script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; font-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'nonce-${nonce}'; ` +
          "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types harmont",
      })
    }
    expect(nonces.size).toBe(7)
  })

  test('web T5 has the chosen theme and density before its first paint, and uses nothing else from the cookie', async () => {
    config = async () => ({})
    const root = async (look: string) =>
      /<html[^>]*>/.exec(await (await get('/', { ...html, cookie: `a=b; harmont_look=${look}` })).text())?.[0]
    expect(await root('dark.comfortable')).toBe('<html lang="en" data-theme="dark">')
    expect(await root('light.compact')).toBe('<html lang="en" data-theme="light" data-density="compact">')
    for (const look of ['system.comfortable', '', 'dark', 'dark.compact x', '"><script>.compact'])
      expect(await root(look)).toBe('<html lang="en">')
  })

  test('contains the current sign-in configuration, from which no text can break out', async () => {
    const inlined = async () =>
      /id="auth-config">([^<]*)<\/script><style/.exec(await (await get('/', html)).text())?.[1] ?? ''
    const name = '</script><script>alert(1)</script><!--__NONCE__ $& '
    config = async () => ({ needs_setup: true, name })
    expect(JSON.parse(await inlined())).toEqual({ needs_setup: true, name })
    config = async () => ({ needs_setup: false })
    expect(JSON.parse(await inlined())).toEqual({ needs_setup: false })
    config = async () => Promise.reject(new Error('no database'))
    expect(JSON.parse(await inlined())).toBe(null)
  })

  test('answers clients that accept HTML, and at `/` everybody; programs, other methods and API paths get the answers of the API', async () => {
    config = async () => ({})
    for (const path of [
      '/api',
      '/api/v0/nothing',
      '/v0/x',
      '/v1',
      '/webhooks',
      '/docs/x',
      '/metrics/x',
      '/healthz/x',
    ]) {
      const answer = await get(path, html)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ])
    }
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }])
      for (const method of ['GET', 'HEAD']) {
        const root = await get('/', headers, method)
        expect([root.status, root.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      }
    for (const accept of ['*/*', 'application/json', 'text/htmlx'])
      expect((await get('/acme', { accept })).status).toBe(404)
    expect((await get('/acme', html, 'POST')).status).toBe(404)
    expect((await get('/apiary', html)).status).toBe(200)
    const head = await get('/acme', html, 'HEAD')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('of a build preloads its code', async () => {
    config = async () => ({})
    const path = '/acme/pipelines/ci/builds/7'
    const links = async (headers = {}, at = path) =>
      (await get(at, { ...html, ...headers })).headers.get('link')?.split(', ')
    // The page itself names its entry and style sheet.
    const code = [
      '</assets/build-1.css>; rel=preload; as=style; crossorigin',
      '</assets/build-1.js>; rel=modulepreload',
      '</assets/log-1.js>; rel=modulepreload',
      '</assets/react-1.js>; rel=modulepreload',
      '</assets/next-1.woff2>; rel=preload; as=font; type="font/woff2"; crossorigin',
    ]
    expect(await links()).toEqual(code)
    expect(await links({ cookie: sessionCookie('token') })).toEqual(code)
    expect(await links({}, `${path}?view=graph`)).toEqual(code)
    for (const other of [
      '/acme/pipelines/ci',
      '/acme/pipelines/ci/builds/latest',
      '/acme/pipelines/c%3E/builds/7',
      '/acme/pipelines/ci/builds/07',
    ])
      expect(await links({}, other)).toBeUndefined()
  })
})

describe('the page of a build', () => {
  const url = '/acme/pipelines/ci/builds/7'
  const hostile = '</script><script>alert(1)</script><!--\u2028&quot;'
  const bodies: Readonly<Record<string, unknown>> = {
    getSession: { user: { name: 'Ada' } },
    getBuildView: { build: { message: hostile }, jobs: [{ id: 'j', state: 'failed' }] },
    readJobLog: { page: { lines: [[0, 1, 'expected 3', 0]] } },
  }
  const reads: ReadApi = async (id) => JSON.stringify(bodies[id])
  const signedIn = { accept: 'text/html', cookie: sessionCookie('token') }
  const ask = async (read: ReadApi, headers: Record<string, string> = signedIn, isHead = false) => {
    const answer = await pages({ path: url, search: 'job=x', isHead, headers, read })
    return {
      headers: answer?.headers,
      body: typeof answer?.body === 'string' ? answer.body : await text(Readable.from(answer?.body ?? '')),
    }
  }
  const answersIn = (body: string) =>
    Object.fromEntries(
      [...body.matchAll(/<script type="application\/json" data-answer="([^"]*)">([^<]*)<\/script>/g)].map(
        ([, at = '', json = '']) => [at.replaceAll('&amp;', '&'), JSON.parse(json)],
      ),
    )
  const drawn = (body: string) => /<div id="first-page" inert hidden>(.*?)<\/div>/.exec(body)?.[1]
  const log = `/api/v0/organizations/acme/pipelines/ci/builds/7/jobs/j/log?at=error&limit=512`

  test('web R2 contains its initial data, rendered, private, and with no foreign text as markup', async () => {
    config = async () => ({})
    const { headers, body } = await ask(reads, {
      ...signedIn,
      'user-agent': 'X Mobile',
      cookie: `${signedIn.cookie}; harmont_look=dark.compact; harmont_window=1440x900`,
    })
    expect(headers?.['cache-control']).toBe('private, no-store')
    expect(answersIn(body)).toEqual({
      '/api/v0/session': bodies.getSession,
      '/api/v0/organizations/acme/pipelines/ci/builds/7/view': bodies.getBuildView,
      [log]: bodies.readJobLog,
    })
    expect(drawn(body)).toBe(
      `<p>${url}?job=x</p><p>Ada</p><p>failed</p><p>expected 3</p><p>compact</p><p>true</p><p>900</p><p>undefined</p>`,
    )
    expect(body).not.toContain('alert(1)</script><!--')
  })

  test('is drawn with the notices of the configuration, which comes after the log', async () => {
    const { promise, resolve } = Promise.withResolvers<object>()
    config = () => promise
    const { body } = await ask(async (id, ...asked) => {
      if (id === 'readJobLog') setImmediate(() => resolve({ version: '9.9' }))
      return reads(id, ...asked)
    })
    expect(drawn(body)).toContain('<p>9.9</p>')
  })

  test('reads nothing for people without a session cookie, nor for HEAD', async () => {
    const asked: string[] = []
    const noting: ReadApi = async (id) => {
      asked.push(id)
      return '{}'
    }
    for (const [headers, isHead] of [
      [{ accept: 'text/html' }, false],
      [{ accept: 'text/html', authorization: 'Bearer token' }, false],
      [signedIn, true],
    ] as const)
      expect(answersIn((await ask(noting, headers, isHead)).body)).toEqual({})
    expect(asked).toEqual([])
  })

  test('is sent without answers that are refused or fail, and without the rendering if that fails or would take long', async () => {
    const refusals = [apiError('build_not_found', 'No.'), new Error('no database')]
    for (const refusal of refusals) {
      const { body } = await ask(async (id) =>
        id === 'getSession' ? reads(id, { params: {}, search: '' }, AbortSignal.abort()) : Promise.reject(refusal),
      )
      expect([Object.keys(answersIn(body)), drawn(body)]).toEqual([['/api/v0/session'], ''])
    }
    const strange = JSON.stringify({ build: { message: 'cannot be drawn' }, jobs: [{ id: 'j', state: 'failed' }] })
    const { body } = await ask(async (id, ...asked) => (id === 'getBuildView' ? strange : reads(id, ...asked)))
    expect([Object.keys(answersIn(body)).length, drawn(body)]).toEqual([3, ''])
    const large = JSON.stringify({ jobs: [{ id: 'j', name: 'x'.repeat(2_000_000) }] })
    const left = (await ask(async (id, ...asked) => (id === 'getBuildView' ? large : reads(id, ...asked)))).body
    expect([Object.keys(answersIn(left)).length, drawn(left)]).toEqual([2, ''])
  })

  test('starts before the database answers', async () => {
    const { promise, resolve } = Promise.withResolvers<object>()
    config = () => promise
    const answer = await pages({ path: url, search: '', isHead: false, headers: signedIn, read: reads })
    const parts: string[] = []
    for await (const part of answer?.body ?? []) {
      parts.push(String(part))
      resolve({ came: 'after the start' })
    }
    expect(parts.map((part) => part.includes('<div id="app">'))).toEqual([true, false])
    expect(parts[1]).toContain('id="auth-config">{"came":"after the start"}</script>')
  })

  test('ends even if the database does not answer', async () => {
    const never = () => new Promise<never>(() => {})
    config = never
    const { body } = await ask(never)
    expect(body).toContain('id="auth-config">null</script>')
    expect([answersIn(body), drawn(body)]).toEqual([{}, ''])
  })
})

test('a server without a built web app says on every page what to run; its API works', async () => {
  expect(await readWebApp(join(directory, 'nothing'))).toBeNull()
  const pages = webAppPages({
    webApp: null,
    readAuthConfig: async () => ({}),
    sessionCookies: { name: 'x' },
    log: pino({ level: 'silent' }),
  })
  const bare = await startTestServer({}, {}, { pages })
  try {
    const answer = await fetch(`${bare.url}/acme`, { headers: html })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
    expect(await answer.text()).toContain('<code>npm run build</code>')
    expect((await fetch(`${bare.url}/api/v0/ping`)).status).toBe(200)
  } finally {
    await bare.close()
  }
})

test('links beyond the header size that proxies accept are omitted, the last ones first', () => {
  const names = Array.from({ length: 100 }, (_, index) => `_chunk-${index}.js`)
  const chunks = names.map((name) => [name, { file: `assets/${name}` }] as const)
  const links = preloadLinks(
    { 'index.html': { file: 'assets/index.js', imports: names }, ...Object.fromEntries(chunks) },
    '',
  )
  const header = links(`/${'o'.repeat(63)}/pipelines/${'p'.repeat(63)}/builds/1234567890`) ?? ''
  expect(header.length).toBeLessThan(3072)
  expect(header).toContain('</assets/index.js>; rel=modulepreload, </assets/_chunk-0.js>; rel=modulepreload')
})

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { freshBytes, newBuild, playWith, sha256 } from './artifacts.test-support.ts'

type List = components['schemas']['ArtifactList']

const it = testServer()
const run = promisify(execFile)

const list = async (build: { path: string }, query = '') =>
  (await it.request<List>(ownerToken, 'GET', `${build.path}/artifacts${query}`)).body

const raw = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  fetch(it.server.url + path, { method, headers: { authorization: `Bearer ${ownerToken}`, ...headers } })

test('artifacts are listed by path, in pages, with step, attempt, size, digest and expiry', async () => {
  const build = await newBuild(it, ['a'])
  const bytes = freshBytes(100)
  const files = ['dist/b', 'dist/a', 'dist-x', 'z'].map((path) => ({ path, bytes }))
  const job = await playWith(it, [...files, { path: 'short', bytes, expiresSeconds: 3600 }])
  const { data } = await list(build)
  expect(data.map(({ path }) => path)).toEqual(['dist-x', 'dist/a', 'dist/b', 'short', 'z'])
  expect(data[0]).toEqual({
    id: `${job.id}-2`,
    job_id: job.id,
    step_key: 'a',
    attempt: 1,
    path: 'dist-x',
    kind: 'file',
    bytes: 100,
    sha256: sha256(bytes),
    created_at: expect.any(String),
    // The newest pass of the default branch.
    expires_at: null,
    expired_at: null,
  })
  const { created_at, expires_at } = data[3] ?? {}
  expect(Date.parse(expires_at ?? '') - Date.parse(created_at ?? '')).toBe(3600_000)
  const first = await list(build, '?limit=3')
  const rest = await list(build, `?limit=3&cursor=${first.next_cursor}`)
  expect([...first.data, ...rest.data]).toEqual(data)
  expect(rest.next_cursor).toBeNull()
})

test('G69 an artifact is downloaded as an attachment: whole, by range over parts, unless the client has it', async () => {
  const build = await newBuild(it, ['a'])
  const bytes = Buffer.concat([freshBytes(16 * 1024 ** 2), freshBytes(16 * 1024 ** 2), Buffer.from('the end')])
  await playWith(it, [{ path: 'out/big.html', bytes }])
  const path = `${build.path}/artifacts/${(await list(build)).data[0]?.id}`
  const whole = await raw(path)
  expect(whole.status).toBe(200)
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="big.html"',
    'x-content-type-options': 'nosniff',
    'content-length': String(bytes.length),
    'accept-ranges': 'bytes',
    etag: `"${sha256(bytes)}"`,
  })
  expect(sha256(Buffer.from(await whole.arrayBuffer()))).toBe(sha256(bytes))
  const edge = 16 * 1024 ** 2
  for (const [range, start, end] of [
    [`bytes=${edge - 5}-${edge + 4}`, edge - 5, edge + 5],
    ['bytes=-7', bytes.length - 7, bytes.length],
    [`bytes=${2 * edge}-`, 2 * edge, bytes.length],
  ] as const) {
    const part = await raw(path, { range })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end - 1}/${bytes.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(start, end))).toBe(true)
  }
  const outside = await raw(path, { range: `bytes=${bytes.length}-` })
  expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`])
  const known = await raw(path, { 'if-none-match': `"${sha256(bytes)}"` })
  expect([known.status, await known.text()]).toEqual([304, ''])
  const head = await raw(path, {}, 'HEAD')
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, `${bytes.length}`, ''])
})

test("no file name can inject a header or leave the archive's directory", async () => {
  const build = await newBuild(it, ['a'])
  const names = ['a/"x\r\nset-cookie: y', '日本.txt', 'c:\\windows\\x', 'a/\u202e.txt']
  await playWith(
    it,
    names.map((path) => ({ path, bytes: Buffer.from(path) })),
  )
  const { data } = await list(build)
  for (const { id, path } of data) {
    const answer = await raw(`${build.path}/artifacts/${id}`)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8''[A-Za-z0-9._~!%-]+$/,
    )
    expect(await answer.text()).toBe(path)
  }
  const zip = await unzip(await raw(`${build.path}/artifacts.zip`))
  expect(Object.keys(zip).sort()).toEqual(['a/a/"x__set-cookie: y', 'a/a/_.txt', 'a/c:_windows_x', 'a/日本.txt'])
})

/** Returns the files of an archive with their digests, as read by Python. */
async function unzip(answer: Response): Promise<Readonly<Record<string, string>>> {
  const file = join(it.dataDirectory, 'x.zip')
  await writeFile(file, Buffer.from(await answer.arrayBuffer()))
  const program = `import zipfile, json, hashlib, sys
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({i.filename: hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}))`
  const { stdout } = await run('python3', ['-c', program, file])
  return JSON.parse(stdout)
}

test('the archive of a build has the newest attempts, by step, limited to the requested path', async () => {
  const build = await newBuild(it, ['a', 'b'])
  const [old, fresh, other] = [freshBytes(20_000), freshBytes(30_000), freshBytes(10)]
  const first = await playWith(it, [{ path: 'dist/x', bytes: old }], { exitCode: 1 })
  await playWith(it, [
    { path: 'dist/x', bytes: other },
    { path: 'log/y', bytes: Buffer.alloc(0) },
  ])
  expect((await it.request(ownerToken, 'POST', `${build.path}/jobs/${first.id}/retry`)).status).toBe(201)
  await playWith(it, [{ path: 'dist/x', bytes: fresh }])
  expect(
    (await list(build)).data.map(({ step_key, attempt, path }) => `${step_key} ${attempt} ${path}`).sort(),
  ).toEqual(['a 1 dist/x', 'a 2 dist/x', 'b 1 dist/x', 'b 1 log/y'])
  const answer = await raw(`${build.path}/artifacts.zip`)
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="default-pipeline-.*-1\.zip"$/)
  expect(await unzip(answer)).toEqual({
    'a/dist/x': sha256(fresh),
    'b/dist/x': sha256(other),
    'b/log/y': sha256(Buffer.alloc(0)),
  })
  expect(Object.keys(await unzip(await raw(`${build.path}/artifacts.zip?path=dist`))).sort()).toEqual([
    'a/dist/x',
    'b/dist/x',
  ])
  expect(Object.keys(await unzip(await raw(`${build.path}/artifacts.zip?path=**/y`)))).toEqual(['b/log/y'])
  for (const [query, status, code] of [
    ['?path=nothing', 404, 'artifact_not_found'],
    ['?path=../x', 400, 'query_invalid'],
    ['?path=/etc', 400, 'query_invalid'],
  ] as const) {
    const refused = await it.request(ownerToken, 'GET', `${build.path}/artifacts.zip${query}`)
    expect([query, refused.status, codeOf(refused)]).toEqual([query, status, code])
  }
})

test('an artifact of another build, an absent one and a malformed id give the same 404', async () => {
  const build = await newBuild(it, ['a'])
  const other = await newBuild(it, ['a'])
  const job = await playWith(it, [{ path: 'x', bytes: freshBytes(1) }])
  await playWith(it, [])
  const asked = [
    `${other.path}/artifacts/${job.id}-0`,
    ...['-1', '-01', '-', 'x'].map((end) => `${build.path}/artifacts/${job.id}${end}`),
  ]
  for (const path of asked) {
    const answer = await it.request(ownerToken, 'GET', path)
    expect([path, answer.status, codeOf(answer)]).toEqual([path, 404, 'artifact_not_found'])
  }
  const stranger = await it.newUser('stranger')
  const foreign = await it.request(stranger.token, 'GET', `${build.path}/artifacts/${job.id}-0`)
  expect([foreign.status, codeOf(foreign)]).toEqual([404, 'organization_not_found'])
})

test('G69 a client that disconnects, and an archive with lost bytes, leave no file open', async () => {
  const build = await newBuild(it, ['a'])
  const job = await playWith(it, [{ path: 'x', bytes: freshBytes(40 * 1024 ** 2) }])
  const left = await raw(`${build.path}/artifacts/${job.id}-0`)
  await left.body?.cancel()
  const zipped = await raw(`${build.path}/artifacts.zip`)
  await zipped.body?.cancel()
  await it.server.pool.query('delete from artifact_parts')
  // The headers have been sent: only a closed connection can report the error.
  const cut = await raw(`${build.path}/artifacts.zip`)
  await expect(cut.arrayBuffer()).rejects.toThrow()
  expect((await it.request(ownerToken, 'GET', `${build.path}/artifacts/${job.id}-0`)).status).toBe(500)
})

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runHmHere } from '../test-support/run-hm-here.ts'

// A server whose connections break at chosen points; a real server cannot do that on command.
let server: Server
let url: string
let cwd: string
let artifacts: { id: string; step_key: string; attempt: number; path: string; bytes: Buffer; expired_at?: string }[]
/** The requested ranges, and the number of bytes after which each response breaks. */
let asked: (string | undefined)[]
let breakAfter: number[]
let withRanges: boolean
/** Number of downloads after which the artifact is removed. */
let isGoneAfter: number

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
let listedDigest: (bytes: Buffer) => string

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    if (pathname.endsWith('/artifacts')) {
      response.setHeader('content-type', 'application/json')
      const data = artifacts.map(({ bytes, ...artifact }) => ({
        ...{ job_id: 'j', kind: 'file', created_at: '2026-11-30T00:00:00Z', expires_at: null, expired_at: null },
        ...{ ...artifact, bytes: bytes.length, sha256: listedDigest(bytes) },
      }))
      response.end(JSON.stringify({ data, next_cursor: null }))
      return
    }
    const found = artifacts.find(({ id }) => pathname.endsWith(`/artifacts/${id}`))
    asked.push(request.headers.range)
    if (found === undefined || asked.length > isGoneAfter) {
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'artifact_expired', message: 'It expired.' } }))
    } else send(response, found.bytes, request.headers.range)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

function send(response: ServerResponse, bytes: Buffer, range: string | undefined): void {
  const from = withRanges && range !== undefined ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0
  const rest = bytes.subarray(from)
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': rest.length,
  })
  const end = breakAfter.shift()
  if (end === undefined) response.end(rest)
  else response.write(rest.subarray(0, end), () => response.destroy())
}

beforeEach(() => {
  cwd = mkdtempSync('/var/tmp/hm-artifacts-')
  mkdirSync(join(cwd, '.hm'))
  writeFileSync(join(cwd, '.hm/config.toml'), '[cloud]\npipeline = "ci"\n')
  artifacts = [
    { id: 'a-0', step_key: 'site', attempt: 1, path: 'dist/app.js', bytes: Buffer.from('old') },
    { id: 'b-0', step_key: 'site', attempt: 2, path: 'dist/app.js', bytes: Buffer.alloc(300_000, 'new ') },
    { id: 'b-1', step_key: 'site', attempt: 2, path: 'empty', bytes: Buffer.alloc(0) },
    {
      id: 'c-0',
      step_key: 'a/b',
      attempt: 1,
      path: 'gone',
      bytes: Buffer.from('x'),
      expired_at: '2026-11-01T00:00:00Z',
    },
  ]
  asked = []
  breakAfter = []
  withRanges = true
  isGoneAfter = Number.POSITIVE_INFINITY
  listedDigest = sha256
  return () => rmSync(cwd, { recursive: true })
})

const hm = (...args: readonly string[]) =>
  runHmHere(['artifact', ...args, '-p', 'ci', '-b', '1', '--org', 'o', '--api-url', url], {
    cwd,
    env: { HM_API_TOKEN: 't' },
  })

test('writes the last attempt of each step below its step and leaves out expired artifacts', async () => {
  const { code, stdout } = await hm('get', '-o', 'out')
  expect([code, stdout.split('\n').sort()]).toEqual([0, ['', 'out/site/dist/app.js', 'out/site/empty']])
  expect(readFileSync(join(cwd, 'out/site/dist/app.js'))).toEqual(artifacts[1]?.bytes)
  expect(readFileSync(join(cwd, 'out/site/empty'), 'utf8')).toBe('')
  expect(readdirSync(join(cwd, 'out/site/dist'))).toEqual(['app.js'])
  asked = []
  // An existing file is not fetched again.
  expect((await hm('get', '-o', 'out')).code).toBe(0)
  expect(asked).toEqual([])
  expect((await hm('get', 'a-0', '-o', 'old')).code).toBe(0)
  expect(readFileSync(join(cwd, 'old/site/dist/app.js'), 'utf8')).toBe('old')
  expect(await hm('get', 'gone')).toMatchObject({ code: 5, stderr: expect.stringContaining('artifact_expired') })
  expect(await hm('get', 'nothing')).toMatchObject({ code: 5, stderr: expect.stringContaining('artifact_not_found') })
  expect(await hm('get', '../x')).toMatchObject({ code: 2 })
  const listed = await hm('list')
  expect(listed.stdout).toMatch(/^PATH +STEP +SIZE +SHA-256 +EXPIRES\ndist\/app\.js +site \(attempt 1\) +3 B /)
  expect(listed.stdout).toMatch(/gone +a\/b +1 B +[0-9a-f]{12} +expired\n$/)
})

test('G69 a broken download resumes where it stopped, in this call and in the next one', async () => {
  const bytes = artifacts[1]?.bytes ?? Buffer.alloc(0)
  breakAfter = [100_000, 50_000]
  expect(await hm('get', 'dist', '-o', 'out')).toMatchObject({ code: 0 })
  expect(asked.length).toBe(3)
  const [first, ...later] = asked.map((range) => (range === undefined ? 0 : Number(/\d+/.exec(range)?.[0])))
  expect(first).toBe(0)
  expect(later.every((from, turn) => from > (later[turn - 1] ?? 0))).toBe(true)
  expect(readFileSync(join(cwd, 'out/site/dist/app.js')).equals(bytes)).toBe(true)
  // The bytes of the earlier call are in a draft beside the file.
  breakAfter = [100_000]
  isGoneAfter = 1
  asked = []
  expect(await hm('get', 'dist', '-o', 'two')).toMatchObject({ code: 5 })
  expect(existsSync(join(cwd, 'two/site/dist/app.js'))).toBe(false)
  isGoneAfter = Number.POSITIVE_INFINITY
  asked = []
  expect(await hm('get', 'dist', '-o', 'two')).toMatchObject({ code: 0 })
  expect(asked).toEqual([expect.stringMatching(/^bytes=[1-9]\d+-$/)])
  expect(readFileSync(join(cwd, 'two/site/dist/app.js')).equals(bytes)).toBe(true)
  expect(readdirSync(join(cwd, 'two/site/dist'))).toEqual(['app.js'])
  withRanges = false
  breakAfter = [100_000]
  expect(await hm('get', 'dist', '-o', 'three')).toMatchObject({ code: 0 })
  expect(readFileSync(join(cwd, 'three/site/dist/app.js')).equals(bytes)).toBe(true)
  breakAfter = [100_000]
  expect((await hm('get', 'dist', '-o', '-')).stdout).toBe(bytes.toString())
})

test('G69 no file is written outside the directory or with other bytes than listed', async () => {
  artifacts = [{ id: 'x', step_key: '..', attempt: 1, path: '../../evil', bytes: Buffer.from('x') }]
  expect(await hm('get', '-o', 'out')).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('artifact_path_invalid'),
  })
  artifacts = [{ id: 'x', step_key: '..', attempt: 1, path: '/etc/x', bytes: Buffer.from('x') }]
  expect(await hm('get', '-o', 'out')).toMatchObject({ code: 0, stdout: 'out/_/etc/x\n' })
  artifacts = [{ id: 'x', step_key: 's', attempt: 1, path: 'link/x', bytes: Buffer.from('x') }]
  mkdirSync(join(cwd, 'out/s'), { recursive: true })
  mkdirSync(join(cwd, 'elsewhere'))
  symlinkSync('../../elsewhere', join(cwd, 'out/s/link'))
  expect(await hm('get', '-o', 'out')).toMatchObject({ code: 7, stderr: expect.stringContaining('not_a_directory') })
  expect(readdirSync(join(cwd, 'elsewhere'))).toEqual([])
  // Replaces a link in place of the file instead of following it.
  artifacts = [{ id: 'x', step_key: 's', attempt: 1, path: 'file', bytes: Buffer.from('x') }]
  writeFileSync(join(cwd, 'elsewhere/kept'), 'kept')
  symlinkSync('../../elsewhere/kept', join(cwd, 'out/s/file'))
  expect(await hm('get', '-o', 'out')).toMatchObject({ code: 0 })
  expect(readFileSync(join(cwd, 'elsewhere/kept'), 'utf8')).toBe('kept')
  listedDigest = () => 'f'.repeat(64)
  expect(await hm('get', '-o', 'other')).toMatchObject({ code: 4, stderr: expect.stringContaining('artifact_damaged') })
  expect(readdirSync(join(cwd, 'other/s'))).toEqual([])
})

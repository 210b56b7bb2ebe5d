/** `http.md` 7.1, 7.2 and `ir.md` 1.6 against a real server: refusals of builds, on both routes. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { components } from '@harmont/contract'
import type { PlanErrorCode } from '@harmont/ir'
import { beforeAll, describe, expect, test } from 'vitest'
import { ir } from '../runner.ts'
import { ownerToken, testServer } from '../server.ts'
import { expectRefusal } from './refusal.ts'

type Build = components['schemas']['Build']
const it = testServer({ HARMONT_RENDER_WAIT_SECONDS: '0' })
const organization = '/api/v0/organizations/default'
const mebibyte = 1024 * 1024
const valid = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
const bySource = { ...valid, repo_name: 'acme/ci', source_slug: 'ci' }
const builds = `${organization}/pipelines/ci/builds`

beforeAll(async () => {
  await it.newPipeline({ name: 'ci', repository: 'acme/ci' })
})

const lastNumber = async () => {
  const { body } = await it.request<{ data: Build[] }>(ownerToken, 'GET', `${builds}?limit=1`)
  return body.data[0]?.number ?? 0
}
const blobs = async () =>
  // All files except the id of the directory.
  (await readdir(it.blobDirectory, { recursive: true, withFileTypes: true })).filter(
    (one) => one.isFile() && one.name !== 'place',
  )

describe('members', () => {
  const archive = Buffer.from('archive')
  const upload = { source_b64: archive.toString('base64') }
  const env = (name: string, value = 'x') => ({ env: { [name]: value } })
  const variables = (count: number, value: string) => ({
    env: Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, value])),
  })
  const rows: readonly (readonly [what: string, wrong: Readonly<Record<string, unknown>>, field: string])[] = [
    ['no branch', { branch: undefined }, 'branch'],
    ['a branch that is a number', { branch: 5 }, 'branch'],
    ['an empty branch', { branch: '' }, 'branch'],
    ['a branch of 256', { branch: 'x'.repeat(256) }, 'branch'],
    ['a branch with U+0000', { branch: 'a\0' }, 'branch'],
    ['no commit', { commit: undefined }, 'commit'],
    ['commit null', { commit: null }, 'commit'],
    ['an empty commit', { commit: '' }, 'commit'],
    ['a commit of 256', { commit: 'x'.repeat(256) }, 'commit'],
    ['a message over 64 KiB', { message: `${'x'.repeat(64 * 1024)}y` }, 'message'],
    ['a message over 64 KiB in UTF-8', { message: 'é'.repeat(32 * 1024 + 1) }, 'message'],
    ['an IR over 8 MiB', { pipeline_ir: `"${'x'.repeat(8 * mebibyte)}"` }, 'pipeline_ir'],
    ['an IR that is an object', { pipeline_ir: {} }, 'pipeline_ir'],
    ['nothing to render', { pipeline_ir: null }, 'pipeline_ir'],
    ['a blank IR and nothing to render', { pipeline_ir: ' \n' }, 'pipeline_ir'],
    ['env as a list', { env: [] }, 'env'],
    ['an env value that is null', { env: { A: null } }, 'env.A'],
    ['an empty env name', env(''), 'env'],
    ['an env name with a hyphen', env('A-B'), 'env'],
    ['an env name with =', env('A=B'), 'env'],
    ['an env name that begins with a digit', env('1A'), 'env'],
    ['an env name with a line break', env('A\n'), 'env'],
    ['an env name of 129', env('A'.repeat(129)), 'env'],
    ['an env name with an accent', env('É'), 'env'],
    ['an env name with U+0000', env('A\0'), 'env.A\0'],
    ['an env value with U+0000', env('A', '\0'), 'env.A'],
    ['an env value over 32 KiB', env('A', 'x'.repeat(32 * 1024 + 1)), 'env.A'],
    ['257 variables', variables(257, ''), 'env'],
    ['variables over 256 KiB', variables(9, 'x'.repeat(30_000)), 'env'],
    ['an unknown source', { source: 'cron' }, 'source'],
    ['an empty source', { source: '' }, 'source'],
    ['a source in capitals', { source: 'API' }, 'source'],
    ['a source that is a number', { source: 1 }, 'source'],
    ['base64 without padding', { source_b64: 'QQ' }, 'source_b64'],
    ['base64 of URLs', { source_b64: 'Q-_Q' }, 'source_b64'],
    ['base64 with a line break', { source_b64: 'QUJD\nQUJD' }, 'source_b64'],
    ['base64 with text after its padding', { source_b64: 'QQ==QUJD' }, 'source_b64'],
    ['base64 with bits too many', { source_b64: 'QR==' }, 'source_b64'],
    ['an archive that is a list', { source_b64: [] }, 'source_b64'],
    ['a checksum of other bytes', { ...upload, source_sha256: '0'.repeat(64) }, 'source_sha256'],
    ['a checksum of 63 digits', { ...upload, source_sha256: '0'.repeat(63) }, 'source_sha256'],
    ['a checksum that is no hex', { ...upload, source_sha256: 'g'.repeat(64) }, 'source_sha256'],
    ['a checksum of the base64', { ...upload, source_sha256: sha256(Buffer.from(upload.source_b64)) }, 'source_sha256'],
    ['a checksum of bytes for an empty tree', { source_b64: '', source_sha256: sha256(archive) }, 'source_sha256'],
    ['an address of this machine', { source_url: 'https://127.0.0.1/a.tgz' }, 'source_url'],
    ['an address that is not https', { source_url: 'http://example.com/a.tgz' }, 'source_url'],
  ]
  test.for(rows)('%s: 422 on both routes, without leaving a row, number or archive', async ([, wrong, field]) => {
    const before = [await lastNumber(), (await blobs()).length]
    const refused = { method: 'POST', status: 422, code: 'build_invalid', field } as const
    await expectRefusal(it, { ...refused, path: builds, body: { ...valid, ...wrong } })
    await expectRefusal(it, { ...refused, path: `${organization}/builds`, body: { ...bySource, ...wrong } })
    expect([await lastNumber(), (await blobs()).length]).toEqual(before)
  })

  test.for([
    ['no repository', { repo_name: undefined }, 'repo_name'],
    ['a blank repository', { repo_name: ' ' }, 'repo_name'],
    ['no name in it', { source_slug: undefined }, 'source_slug'],
    ['an empty name in it', { source_slug: '' }, 'source_slug'],
  ] as const)('%s: 422 by source', async ([, wrong, field]) => {
    const body = { ...bySource, ...wrong }
    await expectRefusal(it, {
      method: 'POST',
      path: `${organization}/builds`,
      body,
      status: 422,
      code: 'build_invalid',
      field,
    })
  })

  test('by source an unknown pipeline is 404 only once the members are valid', async () => {
    const unknown = { method: 'POST', path: `${organization}/builds`, body: { ...bySource, source_slug: 'none' } }
    await expectRefusal(it, { ...unknown, status: 404, code: 'pipeline_not_found' })
    const body = { ...unknown.body, branch: '' }
    await expectRefusal(it, { ...unknown, body, status: 422, code: 'build_invalid', field: 'branch' })
  })
})

describe('bodies', () => {
  test.for([
    ['text', 'x', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['no JSON', '{"branch":"main",}', {}, 400, 'invalid_json'],
    ['an archive that does not end', '{"source_b64":"QUJD', {}, 400, 'invalid_json'],
  ] as const)('%s', async ([, body, headers, status, code]) => {
    for (const path of [builds, `${organization}/builds`])
      await expectRefusal(it, { method: 'POST', path, body, headers, status, code })
    expect(await blobs()).toEqual([])
  })

  test('an absent body counts as an empty one, and a body over 64 MiB gets 413 with the limit', async () => {
    await expectRefusal(it, { method: 'POST', path: builds, status: 422, code: 'build_invalid', field: 'branch' })
    const body = JSON.stringify({ ...valid, source_b64: 'A'.repeat(64 * mebibyte) })
    const { error } = await expectRefusal(it, {
      method: 'POST',
      path: builds,
      body,
      status: 413,
      code: 'payload_too_large',
    })
    expect(error).toMatchObject({ limit_bytes: 64 * mebibyte })
    expect(await blobs()).toEqual([])
  })
})

describe('an IR that cannot be planned', () => {
  const step = (key: string, rest: object = {}) => ({ key, cmd: 'true', ...rest })
  const graph = (nodes: readonly object[], edges: readonly unknown[] = []) =>
    JSON.stringify({
      version: '0',
      default_image: 'host',
      graph: { nodes: nodes.map((one) => ({ step: one })), edges },
    })
  // One member for each code, so that a new code without a row does not compile.
  const rows: Readonly<Record<PlanErrorCode, readonly (readonly [ir: string, pointer: string])[]>> = {
    invalid_json: [
      ['{', ''],
      ['nonsense', ''],
      ['{"version":"0"} x', ''],
    ],
    bad_version: [
      ['{"version":"1","graph":{"nodes":7}}', '/version'],
      ['{"version":0}', '/version'],
      ['{}', '/version'],
    ],
    invalid_ir: [
      ['[]', ''],
      [graph([step('a', { cmd: null })]), '/graph/nodes/0/step/cmd'],
      [graph([step('a', { cmd: 'a\0' })]), '/graph/nodes/0/step/cmd'],
      [graph([step('')]), '/graph/nodes/0/step/key'],
      [graph([step('a', { timeout_seconds: 0 })]), '/graph/nodes/0/step/timeout_seconds'],
      [graph([step('a', { runner: 'mainframe' })]), '/graph/nodes/0/step/runner'],
      [graph([step('a', { cache: { policy: 7 } })]), '/graph/nodes/0/step/cache/policy'],
      [graph([step('a'), step('b')], [[0, 1, 'needs']]), '/graph/edges/0/2'],
    ],
    empty_pipeline: [[graph([]), '/graph/nodes']],
    duplicate_key: [[graph([step('a'), step('a')]), '/graph/nodes/1/step/key']],
    unknown_dependency: [[graph([step('a')], [[0, 7, 'depends_on']]), '/graph/edges/0/1']],
    feature_missing: [[graph([step('a', { nesting: true })]), '/graph/nodes/0/step/nesting']],
    cycle: [
      [
        graph(
          [step('a'), step('b')],
          [
            [0, 1, 'depends_on'],
            [1, 0, 'depends_on'],
          ],
        ),
        '',
      ],
      [graph([step('a')], [[0, 0, 'depends_on']]), ''],
    ],
  }
  const table = Object.entries(rows).flatMap(([code, all]) =>
    all.map(([text, pointer]) => [code, text, pointer] as const),
  )
  test.for(table)('%s: %s', async ([code, text, pointer]) => {
    const number = (await lastNumber()) + 1
    const body = { ...valid, pipeline_ir: text }
    const { error } = await expectRefusal(it, {
      method: 'POST',
      path: builds,
      body,
      status: 422,
      code: 'build_plan_rejected',
    })
    expect(error).toMatchObject({ build: { pipeline_slug: 'ci', number } })
    const { body: build } = await it.request<Build>(ownerToken, 'GET', `${builds}/${number}`)
    expect(build).toMatchObject({ state: 'failed', error_code: code, error_message: error.message, started_at: null })
    expect(build.finished_at).not.toBeNull()
    expect(error.message.startsWith(`${code}${pointer === '' ? '' : ` at ${pointer}: `}`), error.message).toBe(true)
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Follows artifacts of steps from the sandbox to a download, across kills of the server. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
  await product.api.ensurePipeline({ name: 'keeps', repository: 'local/keeps', default_branch: 'main' })
})
afterAll(() => product?.remove())

async function submit(steps: readonly Record<string, unknown>[]): Promise<number> {
  const { number } = await product.api.createBuild('keeps', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
  })
  return number
}

const place = (number: number) => `/api/v0/organizations/${product.api.org}/pipelines/keeps/builds/${number}/artifacts`

/** Sends a plain request and returns the server's raw response. */
function get(path: string): Promise<Response> {
  return fetch(product.server().url + path, { headers: { authorization: `Bearer ${product.token}` } })
}

interface Listed {
  readonly id: string
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

async function listed(number: number): Promise<readonly Listed[]> {
  return ((await (await get(place(number))).json()) as { readonly data: readonly Listed[] }).data
}

async function sha256(number: number, { id }: Listed): Promise<string> {
  return createHash('sha256')
    .update(new Uint8Array(await (await get(`${place(number)}/${id}`)).arrayBuffer()))
    .digest('hex')
}

test('G67 artifacts of a step are downloaded whole after a kill of the server during the upload', async () => {
  const random = 'head -c 100000000 /dev/urandom'
  const number = await submit([
    {
      key: 'site',
      cmd: `mkdir dist; ${random} >dist/large; echo page >dist/index.html; ln -s /etc/shadow dist/shadow; sha256sum dist/large`,
      artifacts: [{ path: 'dist/**', required: true }],
    },
    { key: 'after', cmd: 'sha256sum dist/large', builds_in: 'site' },
  ])
  const parts = async () =>
    (await product.pool.query('select count(*)::int as count from artifact_parts')).rows[0].count
  await until(async () => (await parts()) >= 2)
  product.server().kill('SIGKILL')
  await product.restart()
  const ended = await buildEnd(product.api, 'keeps', number)
  expect(ended.build.state).toBe('passed')
  const job = (key: string) => ended.jobs.get(key)?.id ?? ''
  const artifacts = await listed(number)
  expect(artifacts.map(({ path, bytes }) => [path, bytes])).toEqual([
    ['dist/index.html', 5],
    ['dist/large', 100_000_000],
  ])
  const printed = (await product.api.readLog(job('site'))).slice(0, 64)
  expect(await product.api.readLog(job('after'))).toContain(printed)
  for (const artifact of artifacts) expect(await sha256(number, artifact)).toBe(artifact.sha256)
  expect(artifacts[1]?.sha256).toBe(printed)
  // The blobs are six parts of the large file and one part of the small file.
  expect(await parts()).toBe(7)
})

test('a missing required artifact fails its step with a message that names it', async () => {
  const ended = await buildEnd(
    product.api,
    'keeps',
    await submit([{ key: 'site', cmd: 'true', artifacts: [{ path: 'dist/**', required: true }] }]),
  )
  expect(ended.build.state).toBe('failed')
  expect(ended.jobs.get('site')).toMatchObject({
    state: 'failed',
    error_code: 'artifact_missing',
    error_message: 'The step left no file that matches its required artifact "dist/**".',
  })
})

test('G69 hm artifact get resumes a download after a kill of the server', async () => {
  const cmd = 'head -c 100000000 /dev/urandom >large; sha256sum large'
  const number = await submit([{ key: 'large', cmd, artifacts: [{ path: 'large' }] }])
  const ended = await buildEnd(product.api, 'keeps', number)
  const printed = (await product.api.readLog(ended.jobs.get('large')?.id ?? '')).slice(0, 64)
  const home = mkdtempSync('/var/tmp/hm-artifacts-')
  linkCompiled(join(home, '.cache', 'hm'))
  try {
    const hm = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url)),
        ...['artifact', 'get', 'large', '-p', 'keeps', '-b', String(number), '-o', 'out'],
      ],
      {
        cwd: home,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: home,
          HM_API_URL: product.server().url,
          HM_API_TOKEN: product.token,
        },
      },
    )
    let said = ''
    hm.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const closed = once(hm, 'close')
    await until(async () => {
      const files = readdirSync(home, { recursive: true }).map(String)
      return hm.exitCode !== null || files.some((file) => file.includes('out/large/'))
    })
    product.server().kill('SIGKILL')
    await product.restart()
    await closed
    expect([hm.exitCode, said]).toEqual([0, '1 artifact, 100 MB\n'])
    expect(
      createHash('sha256')
        .update(readFileSync(join(home, 'out/large/large')))
        .digest('hex'),
    ).toBe(printed)
    expect(readdirSync(join(home, 'out/large'))).toEqual(['large'])
  } finally {
    rmSync(home, { recursive: true })
  }
})

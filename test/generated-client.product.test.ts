/**
 * A client that a third-party generator makes of the given contract builds, watches and reads a
 * log.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { generateApi } from 'swagger-typescript-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flatIr, type Product, packFolder, startProduct } from './product.ts'

let product: Product
let folder: string
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/harmont-client-')
  product = await startProduct()
}, 60_000)
afterAll(async () => {
  await product?.remove()
  await rm(folder, { recursive: true })
})

/** Members of the generated class that this test uses; its types are generated with it. */
interface GeneratedApi {
  readonly api: Record<string, (...values: unknown[]) => Promise<{ readonly status: number; readonly data: never }>>
}

async function generatedApi(): Promise<GeneratedApi['api']> {
  const input = new URL('../contract/given.json', import.meta.url).pathname
  await generateApi({ input, output: folder, fileName: 'api.ts', silent: true })
  // It has an enum, which Node.js does not run directly.
  const script = stripTypeScriptTypes(await readFile(join(folder, 'api.ts'), 'utf8'), { mode: 'transform' })
  await writeFile(join(folder, 'api.mjs'), script)
  const { Api } = (await import(join(folder, 'api.mjs'))) as { Api: new (config: unknown) => GeneratedApi }
  const headers = { authorization: `Bearer ${product.token}` }
  return new Api({ baseUrl: product.server().url, baseApiParams: { headers } }).api
}

test('G52 the client generated from the given document works from organizations to the end of a log', async () => {
  const api = await generatedApi()
  const call = async <T>(operationId: string, ...values: unknown[]): Promise<T> => {
    const operation = api[operationId]
    if (operation === undefined) throw new Error(`the generated client has no ${operationId}`)
    return (await operation(...values)).data
  }
  const organizations = await call<{ data: { slug: string }[] }>('listOrganizations')
  expect(organizations.data.map(({ slug }) => slug)).toEqual(['default'])
  const pipeline = await call<{ slug: string }>('createPipeline', 'default', {
    name: 'Generated client',
    repository: 'https://git.example/acme/generated.git',
    default_branch: 'main',
  })
  expect(pipeline.slug).toBe('generated-client')
  const source = await mkdtemp(join(folder, 'source-'))
  const made = await call<{ number: number }>('createBuild', 'default', pipeline.slug, {
    branch: 'main',
    commit: '0000000000000000000000000000000000000000',
    source_b64: packFolder(source),
    pipeline_ir: flatIr([{ key: 'hello', cmd: 'echo hello from a sandbox' }]),
  })
  expect(made.number).toBe(1)
  const { state } = await until(
    () => call<{ state: string }>('getBuild', 'default', pipeline.slug, 1),
    (build) => ['passed', 'failed', 'canceled'].includes(build.state),
  )
  expect(state).toBe('passed')
  const jobs = await call<{ data: { id: string; step_key: string; exit_code: number }[] }>(
    'listJobs',
    'default',
    pipeline.slug,
    1,
  )
  expect(jobs.data).toMatchObject([{ step_key: 'hello', exit_code: 0 }])
  const { token } = await call<{ token: string }>('getBuildLogToken', 'default', pipeline.slug, 1)
  expect(await readLog(jobs.data[0]?.id ?? '', token)).toContain('hello from a sandbox\n')
})

/** Reads the log stream as released clients do, to `done`. */
async function readLog(jobId: string, token: string): Promise<string> {
  const response = await fetch(`${product.server().url}/v0/jobs/${jobId}/logs?token=${token}`)
  if (response.body === null) throw new Error(`${response.status} without a body`)
  let text = ''
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { event, data } of events) {
    if (event === 'done') return text
    const read = JSON.parse(data) as { chunks?: { content: string }[]; content?: string }
    text += read.content ?? read.chunks?.map(({ content }) => content).join('')
  }
  throw new Error(`the stream ended before done: ${text}`)
}

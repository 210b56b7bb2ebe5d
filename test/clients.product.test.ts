/**
 * Tests clients of a real server with real sandboxes: `hm shell`, and a client that a third-party
 * generator makes from the published contract.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { until } from '@harmont/test-kit/until'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { generateApi } from 'swagger-typescript-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flatIr, hmEnv, type Product, packFolder, startProduct } from './product.ts'

const hmProgram = fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url))

let product: Product
let home: string

beforeAll(async () => {
  product = await startProduct()
  home = realpathSync(mkdtempSync('/var/tmp/harmont-clients-'))
  linkCompiled(join(home, 'cache'))
  const pipelines = '/api/v0/organizations/default/pipelines'
  await call('POST', pipelines, { name: 'ci', repository: 'acme/core', default_branch: 'main' })
  const steps = [
    { type: 'command', key: 'base', cmd: 'echo kept > /kept' },
    { type: 'command', key: 'fails', cmd: 'echo made > made; exit 3', builds_in: 'base', env: { GREETING: 'hello' } },
  ]
  const pipeline_ir = JSON.stringify({ version: '0', default_image: 'host', steps })
  await call('POST', `${pipelines}/ci/builds`, { branch: 'main', commit: 'c', pipeline_ir, source_b64: '' })
  await until(async () => (await call('GET', `${pipelines}/ci/builds/1`)).finished_at)
})
afterAll(async () => {
  await product?.remove()
  rmSync(home, { recursive: true, force: true })
})

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(product.server().url + path, { method, headers, ...sent })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Record<string, unknown>
}

async function shell(args: readonly string[], input: string | Buffer = '', command = 'shell') {
  const env = hmEnv(product, home)
  const child = spawn(process.execPath, [hmProgram, command, '-p', 'ci', ...args], { cwd: home, env })
  // A refused shell reads nothing.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const told = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text))
  await once(child, 'close')
  return { code: child.exitCode, ...told }
}

test('a command runs in the file system of the first failed step, and hm exits with its code', async () => {
  const { code, stdout, stderr } = await shell([
    '1',
    '--cmd',
    'cat /kept made; pwd; echo $GREETING; echo oops >&2; exit 42',
  ])
  expect({ code, stdout }).toEqual({ code: 42, stdout: 'kept\nmade\n/workspace\nhello\n' })
  expect(stderr).toContain('This is the file system that step fails of build #1 left (failed with exit code 3).')
  expect(stderr).toMatch(/^oops$/m)
})

test('with --before the step’s own files are missing, and a shell reads its input', async () => {
  const { code, stdout } = await shell(
    ['1', 'fails', '--before'],
    'cat /kept\nls made 2>/dev/null || echo none\nexit 7\n',
  )
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'kept\nnone\n' })
})

test('on a terminal the shell has the terminal’s size, and hm exits with the shell’s code', async () => {
  const env = hmEnv(product, home)
  const hm = `stty rows 31 cols 97; ${process.execPath} ${hmProgram} shell 1 fails -p ci; echo "hm=$?"`
  const child = spawn('script', ['-qfc', hm, '/dev/null'], { cwd: home, env })
  const closed = once(child, 'close')
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  const shows = (wanted: RegExp) =>
    until(
      () => shown,
      (text) => wanted.test(text),
    )
  await shows(/This is the file system that step fails/)
  child.stdin.write('stty size; cat made\n')
  await shows(/^31 97\r*\nmade\r*$/m)
  child.stdin.write('exit 9\n')
  await shows(/hm=9/)
  child.stdin.end()
  await closed
})

test('ten megabytes pass through hm exec unchanged', async () => {
  const { code, stdout } = await shell(['-b', '1', 'base', 'tr', 'a', 'b'], Buffer.alloc(10_000_000, 'a'), 'exec')
  expect(code).toBe(0)
  expect(stdout.length).toBe(10_000_000)
  expect(stdout).not.toMatch(/[^b]/)
})

test('an error names a missing build or step, with advice', async () => {
  const { code, stderr } = await shell(['1', 'nowhere'])
  expect(code).toBe(5)
  expect(stderr).toContain('its steps are base, fails')
  expect(await shell(['99'])).toMatchObject({ code: 5, stderr: expect.stringContaining('hm build list') })
})

/**
 * Members of the generated class that this test uses. The class's own types exist only after
 * generation.
 */
interface GeneratedApi {
  readonly api: Record<string, (...values: unknown[]) => Promise<{ readonly status: number; readonly data: never }>>
}

async function generatedApi(): Promise<GeneratedApi['api']> {
  const input = new URL('../contract/given.json', import.meta.url).pathname
  const folder = mkdtempSync(join(home, 'client-'))
  await generateApi({ input, output: folder, fileName: 'api.ts', silent: true })
  // The generated code has an enum, which Node.js does not run directly.
  const script = stripTypeScriptTypes(readFileSync(join(folder, 'api.ts'), 'utf8'), { mode: 'transform' })
  writeFileSync(join(folder, 'api.mjs'), script)
  const { Api } = (await import(join(folder, 'api.mjs'))) as { Api: new (config: unknown) => GeneratedApi }
  const headers = { authorization: `Bearer ${product.token}` }
  return new Api({ baseUrl: product.server().url, baseApiParams: { headers } }).api
}

test('G52 a client generated from the published document works from organizations to the end of a log', async () => {
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
  const source = mkdtempSync(join(home, 'source-'))
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

/** Reads the log stream up to `done`, like released clients. */
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

import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { type StripeDouble, startStripe } from '@harmont/outside/stripe'
import { until } from '@harmont/test-kit/until'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Document, documents, failure } from '../packages/cli/scripts/json/documents.ts'
import { withDefinitions } from '../packages/cli/scripts/json/shapes.ts'
import { type Agent, openAgent } from '../packages/cli/src/mcp/client.test-support.ts'
import type { CommandName } from '../packages/cli/src/specs/index.ts'
import { runHmHere } from '../packages/cli/src/test-support/run-hm-here.ts'
import { insertCoupon } from '../packages/server/src/billing/ledger/coupons.ts'
import { machineExceptions } from '../scripts/machine-exceptions.ts'
import { type Product, startProduct } from './product.ts'

const hmProgram = fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url))

let product: Product
let stripe: StripeDouble
let home: string
let project: string
let env: Record<string, string>
beforeAll(async () => {
  stripe = await startStripe()
  product = await startProduct(stripe.environment)
  home = realpathSync(mkdtempSync('/var/tmp/harmont-json-'))
  const cache = join(home, '.cache', 'hm')
  linkCompiled(cache)
  linkImages(join(cache, 'local', 'images'))
  // Files of other tests there must stay.
  writeFileSync(join(cache, 'local', 'trimmed'), '')
  project = makeProject()
  const server = { HM_API_URL: product.server().url, HM_API_TOKEN: product.token, BROWSER: '/bin/false' }
  env = { PATH: process.env.PATH ?? '', HOME: home, ...server, ...(await machineExceptions()) }
})
afterAll(async () => {
  await product?.remove()
  await stripe?.stop()
  rmSync(home, { recursive: true, force: true })
})

function makeProject(): string {
  const directory = join(home, 'project')
  mkdirSync(join(directory, '.hm'), { recursive: true })
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(directory, 'node_modules'))
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n')
  writeFileSync(
    join(directory, 'report.xml'),
    '<testsuite><testcase classname="cart" name="rounds"><failure message="expected 2, got 1">expected 2, got 1\n at f (/workspace/src/cart.ts:7:3)</failure></testcase><testcase classname="cart" name="adds"/></testsuite>',
  )
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'src/cart.ts'), '\n'.repeat(9))
  writeFileSync(
    join(directory, '.hm/ci.ts'),
    `import { forever, pipeline, sh } from '@harmont/hm'
const deps = sh('echo deps', { key: 'deps', image: 'host', cache: forever() })
export default { slug: 'ci', pipeline: () => pipeline([
  deps.sh('cp report.xml junit.xml; seq 300; echo kept >notes.txt; echo sum >$HARMONT_OUTPUT/summary.md; exit 1',
    { key: 'unit', tests: { report: 'junit.xml', forks: 1 }, artifacts: { path: 'notes.txt', when: 'always' } })
    .sh('true', { key: 'after' })]) }
`,
  )
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', 'git@github.com:acme/core.git')
  git('add', '.')
  git('commit', '-q', '-m', 'the first commit')
  return directory
}

/** A schema that allows no member that it does not name, except in what a server answers. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const made = Object.fromEntries(
    Object.entries(schema).map(([name, part]) => [name, name === '$defs' ? part : closed(part)]),
  )
  return 'properties' in made && made.additionalProperties === undefined
    ? { ...made, additionalProperties: false }
    : made
}

const ajv = new Ajv2020({ strict: false, allowUnionTypes: true })
formats.default(ajv)

/** Returns what is wrong with the stdout of a command, and its first document. */
function judge(
  { schema, isLines }: Document,
  output: string,
): { readonly problems: string[]; readonly first: unknown } {
  const validate = ajv.compile(closed(withDefinitions(schema)) as object)
  const texts = isLines ? output.split('\n').filter((line) => line !== '') : [output]
  try {
    const parsed = texts.map((text) => JSON.parse(text) as unknown)
    const wrong = parsed.filter((document) => !validate(document))
    const [first] = wrong
    if (parsed.length === 0 || first === undefined)
      return { problems: parsed.length === 0 ? ['it printed nothing'] : [], first: parsed[0] }
    validate(first)
    return { problems: [`${ajv.errorsText(validate.errors)} in ${JSON.stringify(first).slice(0, 1500)}`], first }
  } catch (error) {
    return { problems: [`${error} in ${output.slice(0, 500)}`], first: undefined }
  }
}

interface Call {
  readonly line: readonly string[]
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  readonly code?: number
  /** Ends the process when it has printed this. */
  readonly until?: string
}

async function run({ line, input = '', env: more = {}, until: wanted }: Call) {
  const args = [...line.slice(0, 1), '--json', ...line.slice(1)]
  if (wanted === undefined) return runHmHere(args, { cwd: project, env: { ...env, ...more }, input })
  const child = spawn(process.execPath, [hmProgram, ...args], {
    cwd: project,
    env: { ...env, ...more },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const told = { stdout: '', stderr: '' }
  child.stdin.write(input)
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told.stdout += text
    if (told.stdout.includes(wanted)) child.kill('SIGINT')
  })
  await once(child, 'close')
  return { code: child.exitCode, ...told }
}

const initialize = `${JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})}\n`
const ir = JSON.stringify({ version: '0', steps: [{ type: 'command', key: 'a', cmd: 'true', image: 'host' }] })
const onServer = ['-p', 'ci']
const firstBuild = ['-b', '1', ...onServer]

/** Lines of each command, in an order in which each finds what it needs. A command without one does not compile. */
function callsOf(
  seen: (name: CommandName) => unknown,
): Readonly<Record<Exclude<CommandName, '__complete'>, readonly (() => Call)[]>> {
  const call =
    (line: readonly string[], more: Omit<Call, 'line'> = {}) =>
    () => ({ line, ...more })
  const place = (name: string) => join(home, name)
  const own = () => ({ HOME: place('own'), HM_API_TOKEN: '' })
  return {
    version: [call(['version'])],
    help: [call(['help']), call(['help', 'run'])],
    completion: [call(['completion', 'bash'])],
    'plugin list': [call(['plugin', 'list'])],
    'config set': [call(['config', 'set', 'preferences.auto_watch', 'true'])],
    'config get': [call(['config', 'get', 'cloud.org'])],
    'config list': [call(['config', 'list'])],
    'config path': [call(['config', 'path'])],
    init: [
      () => ({ line: ['init', '-d', place('other'), '-t', 'generic'] }),
      () => ({ line: ['init', '-d', place('other'), '--types'] }),
    ],
    doctor: [call(['doctor'])],
    validate: [call(['validate'])],
    graph: [call(['graph'])],
    render: [call(['render', 'ci']), call(['render', 'ci', '--check'])],
    pipelines: [call(['pipelines'])],
    run: [
      call(['run', '--dry-run']),
      call(['run'], { code: 1 }),
      call(['run', '--cloud', '--dry-run']),
      call(['run', '--cloud'], { code: 1 }),
    ],
    watch: [call(['watch'], { until: '"kind":"build_end"', code: 130 })],
    'build watch': [call(['build', 'watch', '1', ...onServer], { code: 1 })],
    status: [call(['status']), call(['status', '1', ...onServer])],
    history: [call(['history'])],
    why: [call(['why']), call(['why', '1', ...onServer])],
    test: [call(['test']), call(['test', '1', ...onServer]), call(['test', '--history', 'rounds', ...onServer])],
    logs: [call(['logs']), call(['logs', '1', 'unit', ...onServer])],
    flaky: [call(['flaky', 'unit', '--forks', '1'])],
    exec: [call(['exec', 'unit', 'echo', 'hi'])],
    shell: [call(['shell', '--cmd', 'echo out; echo err >&2; exit 3'], { code: 3 })],
    'artifact list': [call(['artifact', 'list']), call(['artifact', 'list', ...firstBuild])],
    'artifact get': [
      () => ({ line: ['artifact', 'get', '-o', place('out')] }),
      () => ({ line: ['artifact', 'get', '-o', place('far'), ...firstBuild] }),
    ],
    'cache explain': [call(['cache', 'explain', 'deps']), call(['cache', 'explain', 'deps', ...firstBuild])],
    'cache ls': [call(['cache', 'ls'])],
    'cache du': [call(['cache', 'du'])],
    'cache save': [() => ({ line: ['cache', 'save', place('saved')] })],
    'cache restore': [() => ({ line: ['cache', 'restore', place('saved')] })],
    'cache clean': [call(['cache', 'clean'])],
    'image list': [call(['image', 'list'])],
    'image pull': [call(['image', 'pull', 'host'])],
    'image import': [() => ({ line: ['image', 'import', place('image.tar'), 'tiny'] })],
    'image rm': [call(['image', 'rm', 'tiny'])],
    retry: [call(['retry'], { code: 1 }), call(['retry', '1', ...onServer, '--detach'])],
    rebuild: [call(['rebuild', '1', ...onServer, '--detach'])],
    cancel: [call(['cancel', '1', ...onServer, '--yes']), call(['cancel', '2', ...onServer, '--yes'])],
    whoami: [call(['whoami'])],
    'org list': [call(['org', 'list'])],
    'org switch': [call(['org', 'switch', 'default'])],
    'pipeline create': [call(['pipeline', 'create', 'made', '--repository', 'https://example.com/acme/made.git'])],
    'pipeline list': [call(['pipeline', 'list'])],
    'pipeline show': [call(['pipeline', 'show', 'ci'])],
    'pipeline set': [call(['pipeline', 'set', 'ci', '--cache-share', 'no'])],
    'build list': [call(['build', 'list', ...onServer])],
    'build show': [call(['build', 'show', '1', ...onServer])],
    'build open': [call(['build', 'open', '1', ...onServer])],
    'build create': [call(['build', 'create', '--ir', '-', ...onServer, '--detach'], { input: ir })],
    'cloud run': [call(['cloud', 'run', 'ci', '--plan-file', '-'], { input: ir })],
    'job list': [call(['job', 'list', ...firstBuild])],
    'job show': [call(['job', 'show', 'unit', ...firstBuild])],
    'job log': [call(['job', 'log', 'unit', ...firstBuild])],
    'secret set': [
      call(['secret', 'set', 'KEY'], { input: 'value' }),
      call(['secret', 'set', 'KEY', ...['--pipeline', 'ci']], { input: 'value' }),
    ],
    'secret list': [call(['secret', 'list'])],
    'secret rm': [call(['secret', 'rm', 'KEY'])],
    'token create': [call(['token', 'create', 'for a program'])],
    'token list': [call(['token', 'list'])],
    'token revoke': [
      () => ({
        line: [
          'token',
          'revoke',
          (seen('token create') as { readonly api_token: { readonly id: string } }).api_token.id,
        ],
      }),
    ],
    'billing balance': [call(['billing', 'balance'])],
    'billing redeem': [call(['billing', 'redeem', 'WELCOME'])],
    'billing transactions': [call(['billing', 'transactions'])],
    'billing usage': [call(['billing', 'usage'])],
    'billing topup': [call(['billing', 'topup', '25'])],
    login: [() => ({ line: ['login', '--token'], input: product.token, env: own() })],
    logout: [() => ({ line: ['logout', '--local-only'], env: own() })],
    mcp: [call(['mcp'], { input: initialize, until: '"result"', code: 130 })],
  }
}

test('G130 every command prints with --json what its schema says, and nothing else', async () => {
  await insertCoupon(product.pool, {
    id: randomUUID(),
    code: 'WELCOME',
    creditCents: 500,
    maxRedemptions: 1,
    expiresAt: null,
  })
  mkdirSync(join(home, 'own'))
  mkdirSync(join(home, 'other'))
  mkdirSync(join(home, 'etc'))
  execFileSync('tar', ['-C', home, '-cf', join(home, 'image.tar'), 'etc'])
  const seen = new Map<string, unknown>()
  const wrong: string[] = []
  for (const [name, calls] of Object.entries(callsOf((earlier) => seen.get(earlier))))
    for (const call of calls) {
      const made = call()
      const { code, stdout, stderr } = await run(made)
      const expected = name === 'doctor' ? [0, 9] : [made.code ?? 0]
      const { problems, first } = judge(documents[name as keyof typeof documents], stdout)
      if (!expected.includes(code ?? -1)) problems.unshift(`it ended with ${code}: ${stderr.slice(-1500)}`)
      wrong.push(...problems.map((problem) => `hm ${made.line.join(' ')}: ${problem}`))
      seen.set(name, first)
    }
  const refused = await run({ line: ['build', 'show', '99', ...onServer] })
  expect([refused.code, refused.stdout]).toEqual([5, ''])
  wrong.push(...judge(failure, refused.stderr).problems)
  expect(wrong).toEqual([])
})

describe('G129 hm mcp on a server', () => {
  let agent: Agent
  beforeAll(async () => {
    agent = await openAgent(project, env, ['-p', 'ci'])
  })
  afterAll(() => agent[Symbol.asyncDispose]())

  test('starts a build, waits for it, and says why it failed, with the same words as here', async () => {
    const started = await agent.call('run', { cloud: true })
    expect(started.said[0]).toMatch(/^Build #\d+ of "ci" has started on the server\.$/)
    const ended = await until(
      async () => agent.call('wait', { ...started.next[0]?.input, seconds: 50 }),
      ({ next }) => next[0]?.tool !== 'wait',
    )
    expect(ended.said[0]).toMatch(/^build #\d+ on the server: failed\. 1 of 3 steps failed\.$/)
    const told = await agent.call('failure', ended.next[0]?.input)
    expect(told.said[1]).toMatch(/^Step unit: failed, exit 1, after /)
    expect(told.data).toEqual(
      expect.arrayContaining([
        'place: src/cart.ts:7',
        expect.stringMatching(/^1\. cart › rounds: expected 2, got 1 at src\/cart\.ts:7/),
      ]),
    )
    const [{ input } = { input: {} }] = told.next
    const page = await agent.call('log', { ...input, cursor: '1' })
    expect(page.data[0]).toBe('1| 1')
    expect((await agent.call('log', { ...input, cursor: undefined })).data.at(-1)).toBe('300| 300')
    expect((await agent.call('log', { ...input, cursor: undefined, search: '29' })).data.slice(0, 3)).toEqual([
      '29| 29',
      '129| 129',
      '229| 229',
    ])
    const tests = await agent.call('tests', told.next.find(({ tool }) => tool === 'tests')?.input)
    expect(tests.data[0]).toMatch(/^1\. cart › rounds at src\/cart\.ts:7 \(step unit/)
  })

  test('lists builds, says why steps ran, reads an artifact, and retries', async () => {
    const builds = await agent.call('builds', { state: 'failed' })
    expect(builds.data[0]).toMatch(/^#\d+ failed, branch main, /)
    expect((await agent.call('why')).data[2]).toMatch(/^#3 after: skipped; /)
    const { next } = await agent.call('failure')
    const [build] = next
    expect((await agent.call('artifact', build?.input)).data).toEqual([
      expect.stringMatching(/^junit\.xml \(/),
      expect.stringMatching(/^notes\.txt \(step unit, 5 bytes/),
    ])
    expect((await agent.call('artifact', { ...build?.input, path: 'notes.txt' })).data).toEqual(['kept'])
    const again = await agent.call('retry', next.find(({ tool }) => tool === 'retry')?.input)
    expect(again.said[0]).toMatch(/^Build #\d+ of "ci" has started on the server\.$/)
    expect(await agent.call('failure', { build: 999 })).toMatchObject({
      isError: true,
      said: [expect.stringContaining('error: build_not_found'), expect.any(String)],
    })
  })
})

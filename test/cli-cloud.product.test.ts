import { execFileSync, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { type StripeDouble, startStripe } from '@harmont/outside/stripe'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documents, failure } from '../packages/cli/scripts/json/documents.ts'
import { type Agent, openAgent, runToEnd } from '../packages/cli/src/mcp/client.test-support.ts'
import { duration } from '../packages/cli/src/terminal/amounts.ts'
import { runHmHere } from '../packages/cli/src/test-support/run-hm-here.ts'
import { insertCoupon } from '../packages/server/src/billing/ledger/coupons.ts'
import { type Call, callsOf, judge, makeJudgedProject } from './json-calls.ts'
import { type Product, startProduct } from './product.ts'

// Runs the real command against the real server and real sandboxes, with separate stdout and
// stderr. Commands that receive a signal run in a separate process.
const hmProgram = fileURLToPath(new URL('../packages/cli/bin/hm.js', import.meta.url))

/** A report of one failed and one passed test. */
const report = `<testsuites><testsuite name="cart">
<testcase classname="cart" name="rounds half up" time="0.25"><failure message="expected 2, got 1">expected 2, got 1
 ❯ src/cart.test.ts:7:3</failure></testcase>
<testcase classname="cart" name="adds" time="0.5"/></testsuite></testsuites>
`

let product: Product
let stripe: StripeDouble
let home: string
let project: string

beforeAll(async () => {
  stripe = await startStripe()
  product = await startProduct(stripe.environment)
  home = realpathSync(mkdtempSync(join(tmpdir(), 'hm-cloud-')))
  const cache = join(home, '.cache', 'hm')
  linkCompiled(cache)
  linkImages(join(cache, 'local', 'images'))
  // Prevents trimming, because files of other tests there must stay.
  writeFileSync(join(cache, 'local', 'trimmed'), '')
  project = newProject('acme/core')
})
afterAll(async () => {
  await product.remove()
  await stripe.stop()
  rmSync(home, { recursive: true, force: true })
})

/** Creates a work tree with an `origin` and the pipelines of these tests. */
function newProject(repository: string): string {
  const directory = join(home, repository.replace('/', '-'))
  mkdirSync(join(directory, '.hm'), { recursive: true })
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(directory, 'node_modules'))
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n')
  writeFileSync(join(directory, 'data.txt'), 'the data\n')
  writeFileSync(join(directory, 'report.xml'), report)
  mkdirSync(join(directory, 'src'))
  writeFileSync(join(directory, 'src/cart.test.ts'), '\n'.repeat(9))
  const pipelines = [
    [
      'ci',
      "sh('cat data.txt; echo said >&2; echo Sum >$HARMONT_OUTPUT/summary.md', { label: 'one', image: 'host' }).sh('test -f data.txt', { label: 'two' })",
    ],
    [
      'broken',
      "sh('seq 60; echo a.c:7:1: error: broken here; exit 7', { label: 'one', image: 'host' }).sh('true', { label: 'two' })",
    ],
    [
      'slow',
      "sh('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; sleep 0.5; done', { label: 'one', image: 'host' })",
    ],
    ['cached', "sh('true', { label: 'one', image: 'host', cache: { policy: 'on_change', paths: ['data.txt'] } })"],
    [
      'tested',
      "sh('echo tested; cp report.xml junit.xml; exit 1', { label: 'unit', image: 'host', tests: { report: 'junit.xml', forks: 2 } })",
    ],
    ['kept', "sh('mkdir dist; cp data.txt dist/data', { label: 'one', image: 'host', artifacts: 'dist' })"],
    [
      'unready',
      "sh('true', { label: 'one', image: 'host', services: [service('db', { image: 'host', command: 'echo no disk; exit 3', ready: { port: 5432 } })] })",
    ],
    ['endless', "sh('echo begun; sleep 600', { label: 'one', image: 'host' })"],
  ]
  for (const [slug, step] of pipelines)
    writeFileSync(
      join(directory, `.hm/${slug}.ts`),
      `import { pipeline, service, sh } from '@harmont/hm'\nexport default { slug: '${slug}', pipeline: () => pipeline([${step}]) }\n`,
    )
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', `git@github.com:${repository}.git`)
  git('add', '.')
  git('commit', '-q', '-m', 'the first commit')
  return directory
}

interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly until?: string | undefined
}

const hmEnv = () => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  HM_API_URL: product.server().url,
  HM_API_TOKEN: product.token,
})

function start(args: readonly string[], { cwd = project, env = {}, input = '' }: Options = {}) {
  const child = spawn(process.execPath, [hmProgram, ...args], {
    cwd,
    env: { ...hmEnv(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const told = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told.stderr += text))
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, ...told }))
  return { child, told, ended }
}

async function hm(args: readonly string[], options: Options = {}) {
  const { cwd = project, env = {}, ...more } = options
  const { code, stdout, stderr } = await runHmHere(args, { cwd, env: { ...hmEnv(), ...env }, ...more })
  return { code, stdout, stderr }
}

async function build(pipeline: string, number: string) {
  const path = `/api/v0/organizations/default/pipelines/${pipeline}/builds/${number}`
  const headers = { authorization: `Bearer ${product.token}` }
  const answer = await fetch(product.server().url + path, { headers })
  expect(answer.status).toBe(200)
  return (await answer.json()) as { readonly state: string }
}

test('a passing build is created with its pipeline, receives its source, and is followed to the end', async () => {
  const { code, stdout, stderr } = await hm(['run', 'ci', '--cloud'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toContain('created the pipeline default/ci\n')
  expect(stderr).toMatch(/accepted number=1 http.*\/default\/pipelines\/ci\/builds\/1\n/)
  expect(stderr).toContain('[one] the data\n')
  expect(stderr).toContain('[one] said\n')
  expect(stderr).toMatch(/\[two\] end exit=0/)
  expect(stderr).toContain('build: summary of one\nbuild:   Sum\n')
  expect(stderr.indexOf('[one] end')).toBeGreaterThan(stderr.indexOf('[one] the data'))
})

test('G67 --artifacts writes the artifacts of a build after its end', async () => {
  const { code } = await hm(['run', 'kept', '--cloud', '--artifacts', '../out'])
  expect(code).toBe(0)
  expect(readFileSync(join(project, '../out/one/dist/data'), 'utf8')).toBe('the data\n')
})

test('the same repository finds its pipeline again, and uncommitted changes are reported', async () => {
  writeFileSync(join(project, 'data.txt'), 'changed\n')
  const { code, stdout, stderr } = await hm(['run', 'ci', '--cloud', '--format', 'json'])
  expect(code).toBe(0)
  expect(stderr).toContain('uncommitted changes')
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const kinds = events.map(({ kind }) => kind)
  expect(kinds.slice(0, 4)).toEqual(['build_start', 'build_accepted', 'step_queued', 'step_queued'])
  expect(kinds.at(-1)).toBe('build_end')
  expect(events).toContainEqual(expect.objectContaining({ kind: 'step_log', stream: 'stdout', line: 'changed' }))
  const shown = await hm(['build', 'show', '2', '-p', 'ci', '--json'])
  const annotation = { name: 'summary', style: 'summary', markdown: 'Sum\n' }
  expect(JSON.parse(shown.stdout)).toMatchObject({
    ...{ number: 2, message: 'the first commit (with uncommitted changes)' },
    annotations: [annotation],
  })
  expect(events).toContainEqual(expect.objectContaining({ kind: 'annotation', ...annotation }))
  expect((await hm(['build', 'show', '2', '-p', 'ci'])).stdout).toMatch(/\nsummary of one\n {2}Sum\n$/)
})

test('hm cache explain describes the server’s cache decisions, the changes, and the entries that a build can use', async () => {
  const explain = (build: number, ...more: string[]) =>
    hm(['cache', 'explain', 'one', '-b', String(build), '-p', 'cached', ...more])
  expect((await hm(['run', 'cached', '--cloud'])).code).toBe(0)
  expect(await explain(1)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^one in build #1 ran: there is no earlier result\nAn upload uses .*\n$/),
  })
  chmodSync(join(project, 'data.txt'), 0o755)
  expect((await hm(['run', 'cached', '--cloud'])).code).toBe(0)
  chmodSync(join(project, 'data.txt'), 0o644)
  expect(JSON.parse((await explain(2, '--json')).stdout)).toMatchObject({
    outcome: 'miss',
    cached_from: null,
    reason: 'changed',
    changes: ['path executable files: data.txt'],
    rule: expect.stringMatching(/^An upload uses/),
  })
  expect((await hm(['run', 'cached', '--cloud'])).code).toBe(0)
  expect((await explain(3)).stdout).toMatch(/^one in build #3 cached: taken from cached #1\n/)
  expect(await hm(['cache', 'explain', 'none', '-b', '3', '-p', 'cached'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('its steps are one'),
  })
})

test('hm test shows the failed tests of a local and a server build, and a test’s history over builds', async () => {
  const one = { name: 'cart › rounds half up', file: 'src/cart.test.ts', line: 7, message: 'expected 2, got 1' }
  for (const ways of [[], ['--cloud']]) {
    const { code, stdout } = await hm(['run', 'tested', '--json', ...ways])
    const told = stdout.split('\n').find((line) => line.includes('"kind":"tests"')) ?? '{}'
    expect([code, JSON.parse(told)]).toMatchObject([1, { passed: 1, failed: 1, skipped: 0, failures: [one] }])
  }
  const counts = '\n1 failed, 1 passed\n'
  for (const [which, proved] of [
    [[], ''],
    [['-p', 'tested'], ', fails: 0 of 2 forks passed'],
  ] as const) {
    const failed = `cart › rounds half up  src/cart.test.ts:7  (step unit${proved})\n  expected 2, got 1\n`
    const { code, stdout } = await until(
      () => hm(['test', ...which]),
      (shown) => !shown.stdout.includes('proving'),
    )
    expect([code, stdout]).toEqual([0, expect.stringContaining(failed)])
    expect(stdout.endsWith(counts)).toBe(true)
    const summed = 'unit: 1 test failed\n  cart › rounds half up — expected 2, got 1 · cart.test.ts:7\n'
    expect((await hm(['logs', '--failed', ...which])).stderr).toContain(summed)
    expect((await hm(['why', ...which])).stdout).toContain('rounds half up  src/cart.test.ts:7')
  }
  const { data, counts: counted } = JSON.parse((await hm(['test', '-p', 'tested', '--json'])).stdout)
  expect(counted).toEqual({ passed: 1, failed: 1, skipped: 0, errored: 0 })
  expect(data).toMatchObject([
    {
      name: 'rounds half up',
      state: 'failed',
      file: 'src/cart.test.ts',
      line: 7,
      duration_ms: 250,
      report: 'junit.xml',
    },
    { name: 'adds', state: 'passed', duration_ms: 500 },
  ])
  const forks = 'failed in fork 1, 2: hm logs 1 unit/fork-1 -p tested'
  expect((await hm(['test', '-p', 'tested'])).stdout).toContain(`  expected 2, got 1\n  ${forks}\n`)
  expect((await hm(['logs', '1', 'unit/fork-2', '-p', 'tested'])).stdout).toBe('tested\n')
  expect((await hm(['logs', '1', 'unit/fork-3', '-p', 'tested'])).stderr).toContain('it has 2: fork-1 to fork-2')
  const history = await hm(['test', '--history', 'half up', '-p', 'tested'])
  expect(history.stdout).toMatch(/^test +cart › rounds half up\n/)
  expect(history.stdout).toMatch(/^passed +0 of 1 builds of the default branch$/m)
  expect(history.stdout).toMatch(/^#1 +failed, fails: 0 of 2 forks passed +main +[0-9a-f]{8} +unit +250ms /m)
  const path = '/api/v0/organizations/default/pipelines/tested/builds/1/view'
  const headers = { authorization: `Bearer ${product.token}` }
  const view = await (await fetch(product.server().url + path, { headers })).json()
  expect(view).toMatchObject({ has: { tests: true } })
  expect(view).toHaveProperty('jobs.0.failure.reports.0', {
    ...{ test: 'cart › rounds half up', message: 'expected 2, got 1', file: 'src/cart.test.ts', line: 7 },
    ...{ log_line: null, new: false, verdict: 'fails', forks: 2, fork_passes: 0 },
  })
  expect(await hm(['test', '--history', 'absent', '-p', 'tested'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('no test whose name contains absent'),
  })
})

test('hm logs and hm why explain a step that did not start because of its service, and name the next command', async () => {
  const why = 'The service db ended with exit 3 before it was ready. Its last lines:\nno disk'
  for (const ways of [[], ['--cloud']]) expect((await hm(['run', 'unready', ...ways])).code).toBe(1)
  for (const which of [['--failed'], ['1', 'one']])
    expect(await hm(['logs', ...which, '-p', 'unready'])).toEqual({
      ...{ code: 0, stdout: '' },
      stderr: `one did not start: ${why}\nits log: hm logs 1 one/db -p unready\n`,
    })
  expect((await hm(['logs', '1', 'one/db', '-p', 'unready'])).stdout).toBe('no disk\n')
  expect((await hm(['why', '-p', 'unready'])).stdout).toMatch(/^one +failed +did not start$/m)
  const local = await hm(['logs', '--failed'])
  expect(local.stdout + local.stderr).toContain('The service db ended with exit 3')
})

test('a failing build exits with 1, and its logs, jobs and retry are available', async () => {
  const { code, stdout, stderr } = await hm(['run', 'broken', '--cloud'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('[one] a.c:7:1: error: broken here\n')
  expect(stderr).toMatch(/\[two\] skipped \(one failed\)/)
  expect(await hm(['logs', '1', '-p', 'broken', '--failed'])).toEqual({
    code: 0,
    stdout: '[one] a.c:7:1: error: broken here\n',
    stderr: 'one: 1 error\n  broken here · a.c:7\nfull log, 61 lines: hm logs 1 one -p broken\n',
  })
  expect(await hm(['job', 'log', 'one', '-b', '1', '-p', 'broken'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^1\n2\n(.*\n)*60\na\.c:7:1: error: broken here\n$/),
    stderr: '',
  })
  const why = await hm(['why', '-p', 'broken'])
  expect(why.stdout).toMatch(
    /^build #1 of default\/broken: failed\n. failed one: exit \d+ after .*\n {2}1 error\n\n {2}a\.c:7:1: error: broken here\n[\s\S]*\ntwo +skipped +one failed\n$/,
  )
  expect(why.stderr).toContain('next: hm logs 1 --failed -p broken\n')
  const again = await hm(['retry', '1', '-p', 'broken'])
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('retrying: one\n')
  // The time between the build's end and the retry does not count.
  const { run_ms, started_at, finished_at } = JSON.parse(
    (await hm(['build', 'show', '1', '-p', 'broken', '--json'])).stdout,
  )
  expect(run_ms).toBeLessThan(Date.parse(finished_at) - Date.parse(started_at) - 300)
  const took = duration(run_ms)
  expect((await hm(['status', '-p', 'broken'])).stdout).toContain(`took     ${took}\n`)
  expect((await hm(['build', 'list', '-p', 'broken'])).stdout).toContain(` ${took} `)
})

test('the client continues across a kill and restart of the server, and no line is lost or repeated', async () => {
  const { told, ended } = start(['run', 'slow', '--cloud'])
  await expect.poll(() => told.stderr).toContain('[one] line 3\n')
  product.server().kill('SIGKILL')
  await product.restart()
  const { code, stderr } = await ended
  expect(code).toBe(0)
  const lines = stderr.split('\n').filter((line) => line.startsWith('[one] line '))
  expect(lines).toEqual(Array.from({ length: 12 }, (_, at) => `[one] line ${at + 1}`))
})

test('Ctrl-C cancels the build and exits 130', async () => {
  const { child, told, ended } = start(['run', 'endless', '--cloud'])
  await expect.poll(() => told.stderr).toContain('[one] begun\n')
  child.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(130)
  expect(stderr).toContain('canceling build #')
  const listed = await hm(['build', 'list', '-p', 'endless', '--json'])
  expect(JSON.parse(listed.stdout).data[0].state).toBe('canceled')
})

test('Ctrl-C in build watch and hm logs leaves the build running', async () => {
  // The setting has the effect of `--detach`.
  const made = await hm(['run', 'endless', '--cloud'], { env: { HM_PREFERENCES__AUTO_WATCH: 'false' } })
  const [, number = ''] = /^#(\d+) http\S+\n$/.exec(made.stdout) ?? []
  expect(made.code).toBe(0)
  const { child, told, ended } = start(['build', 'watch', number, '-p', 'endless'])
  await expect.poll(() => told.stderr).toContain('[one] begun\n')
  child.kill('SIGINT')
  const { code, stderr } = await ended
  expect(code).toBe(130)
  expect(stderr).toContain(`build #${number} is still running: hm build watch ${number} -p endless`)
  expect((await build('endless', number)).state).toBe('running')
  // The last lines appear at once, although the step writes nothing more.
  const followed = await hm(['logs', number, 'one', '-p', 'endless', '-f', '--tail', '1'], { until: 'begun' })
  expect(followed).toMatchObject({ code: 130, stdout: 'begun\n' })
  const canceled = await hm(['cancel', number, '-p', 'endless', '--yes'])
  expect(canceled).toEqual({ code: 0, stdout: '', stderr: `build #${number} of default/endless: canceled\n` })
})

test('G05 a build that waits for its group reports it, names the holder, and continues when the holder has ended', async () => {
  const cwd = newProject('acme/turns')
  writeFileSync(
    join(cwd, '.hm/turns.ts'),
    `import { pipeline, sh } from '@harmont/hm'
export default { slug: 'turns', pipeline: () => pipeline([sh('sleep 600', { label: 'one', image: 'host' })],
  { concurrency: { group: 'turns', whenFull: 'queue' } }) }
`,
  )
  const here = { cwd }
  const detached = async () => (await hm(['run', 'turns', '--cloud', '--detach'], here)).code
  expect([await detached(), await detached()]).toEqual([0, 0])
  const stateOf = async (number: string) => (await build('turns', number)).state
  await until(
    () => stateOf('1'),
    (state) => state === 'running',
  )
  const watched = start(['build', 'watch', '2', '-p', 'turns', '--format', 'json'], here)
  // A build joins its group only after rendering.
  await until(() => watched.told.stdout.includes('"reason":"concurrency_group"'))
  const shown = async (...command: readonly string[]) => (await hm([...command, '-p', 'turns'], here)).stdout
  const sentence = 'for its turn in the concurrency group `turns`, which runs one build at a time. Now: turns #1.'
  expect(await shown('build', 'show', '2')).toContain(`waits    ${sentence}`)
  expect(await shown('job', 'show', 'one', '-b', '2')).toContain(sentence)
  await hm(['cloud', 'build', 'cancel', '1', '-p', 'turns', '--yes'], here)
  await until(
    () => stateOf('2'),
    (state) => state === 'running',
  )
  expect(await stateOf('1')).toBe('canceled')
  await hm(['cancel', '2', '-p', 'turns', '--yes'], here)
  await watched.ended
})

/** Sends a request like the page `/cli-login`, for the user of this token. */
const asPage = (path: string, body?: object) =>
  fetch(`${product.server().url}/api/v0/auth/cli/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

test('signing in with a pasted code, and signing out', async () => {
  const own = mkdtempSync(join(home, 'paste-'))
  linkCompiled(join(own, '.cache', 'hm'))
  const { code } = (await (await asPage('code')).json()) as { code: string }
  const env = { HOME: own, HM_API_TOKEN: '', HM_LOGIN_CODE: code.toLowerCase() }
  const url = product.server().url
  expect(await hm(['login'], { env })).toEqual({
    code: 0,
    stdout: '',
    stderr: `signed in as admin <admin@localhost> at ${url}\n`,
  })
  const signedIn = { HOME: own, HM_API_TOKEN: '' }
  expect(await hm(['whoami'], { env: signedIn })).toMatchObject({
    code: 0,
    stdout: `admin <admin@localhost> at ${url}\n`,
  })
  expect(await hm(['login'], { env })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('error[cli_code_invalid]'),
  })
  expect(await hm(['logout'], { env: signedIn })).toMatchObject({ code: 0, stderr: `signed out at ${url}\n` })
  expect(await hm(['whoami'], { env: signedIn })).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('fix: hm login'),
  })
})

test('signing in over the loopback in a terminal; a wrong state returns 404', async () => {
  const own = mkdtempSync(join(home, 'loopback-'))
  linkCompiled(join(own, '.cache', 'hm'))
  const line = `exec ${process.execPath} ${hmProgram} login`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: project,
    // The test acts as the browser.
    env: {
      PATH: process.env.PATH ?? '',
      HOME: own,
      HM_API_URL: product.server().url,
      BROWSER: '/bin/true',
      TERM: 'dumb',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  const opened = /cli-login\?port=(\d+)&nonce=([\w-]+)&state=([\w-]+)&code=1/
  await expect.poll(() => text).toMatch(opened)
  const [, port, nonce, state] = opened.exec(text) ?? []
  await expect.poll(() => text).toMatch(/matching code: [0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/)
  expect((await fetch(`http://127.0.0.1:${port}/callback?state=wrong`)).status).toBe(404)
  expect((await fetch(`http://127.0.0.1:${port}/other?state=${state}`)).status).toBe(404)
  expect((await asPage('transfer', { nonce })).status).toBe(204)
  expect((await fetch(`http://127.0.0.1:${port}/callback?state=${state}`)).status).toBe(200)
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
  expect(text).toContain('signed in as admin <admin@localhost>')
})

test('refusals set exit codes and print nothing on stdout', async () => {
  const refused = await hm(['whoami'], { env: { HM_API_TOKEN: 'no-such-token' } })
  expect(refused).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^error\[unauthorized\]: [^\n]+\nfix: hm login/),
  })
  expect(await hm(['build', 'show', '999', '-p', 'ci'])).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining('error[build_not_found]'),
  })
  expect(await hm(['pipeline', 'show', 'nowhere'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('error[pipeline_not_found]'),
  })
  const away = await hm(['login', '--token'], { input: 'token\n', env: { HM_API_URL: 'http://127.0.0.1:9' } })
  expect(away).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('error[unreachable]') })
  expect(await hm(['run', 'ci', '--cloud', '--step', 'one'])).toMatchObject({ code: 2, stdout: '' })
})

test('an older server without an operation leads to a one-sentence error', async () => {
  await using server = createServer((_, response) => {
    response.writeHead(404, { 'content-type': 'application/json' })
    response.end('{"errors":{"detail":"Not Found"}}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await hm(['secret', 'list', '--org', 'default'], { env: { HM_API_URL: url } })).toEqual({
    code: 7,
    stdout: '',
    stderr: `error[operation_missing]: the server at ${url} is too old for this command\n`,
  })
})

test('secrets and keys are set, listed without values, and removed', async () => {
  expect(await hm(['secret', 'set', 'TOKEN'], { input: 's3cret\n' })).toMatchObject({ code: 0, stdout: '' })
  const listed = await hm(['secret', 'list', '--json'])
  expect(JSON.parse(listed.stdout).data).toMatchObject([{ name: 'TOKEN' }])
  expect(listed.stdout).not.toContain('s3cret')
  expect(await hm(['secret', 'rm', 'TOKEN'])).toMatchObject({ code: 0 })
  expect(await hm(['secret', 'rm', 'TOKEN'])).toMatchObject({ code: 5 })
  const made = await hm(['token', 'create', 'for a test'])
  expect(made.stdout).toMatch(/^hm_[\w-]{43}\n$/)
  expect(await hm(['whoami'], { env: { HM_API_TOKEN: made.stdout.trim() } })).toMatchObject({ code: 0 })
})

test('registry logins are set, listed without secrets, and removed', async () => {
  const set = (...args: string[]) => hm(['registry', 'set', 'ghcr.io', ...args], { input: 's3cret\n' })
  expect(await set()).toMatchObject({ code: 2, stderr: expect.stringContaining('--username is missing') })
  expect(await set('--username', 'bot', '--forks', 'yes')).toMatchObject({ code: 0, stdout: '' })
  const listed = await hm(['registry', 'list', '--json'])
  expect(JSON.parse(listed.stdout).data).toMatchObject([{ host: 'ghcr.io', username: 'bot', forks: true }])
  expect((await hm(['registries'])).stdout).toMatch(/ghcr\.io +bot +yes /)
  expect(listed.stdout).not.toContain('s3cret')
  expect(await hm(['registry', 'rm', 'ghcr.io'])).toMatchObject({ code: 0 })
  expect(await hm(['registry', 'rm', 'ghcr.io'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('hm registry list'),
  })
})

test('the egress list of an organization can be shown, replaced, emptied and lifted', async () => {
  const org = async (...args: string[]) => JSON.parse((await hm(['org', ...args, '--json'])).stdout).egress_ceiling
  expect(await org('show')).toBeNull()
  expect(await org('set', '--egress', 'registry.npmjs.org', '--egress', '*.example.com:8443')).toEqual([
    ...['registry.npmjs.org', '*.example.com:8443'],
  ])
  expect((await hm(['org', 'show'])).stdout).toMatch(/^steps reach +registry\.npmjs\.org \*\.example\.com:8443$/m)
  expect(await org('set', '--no-egress')).toEqual([])
  expect((await hm(['org', 'show'])).stdout).toMatch(/^steps reach +no host$/m)
  const wrong = await hm(['org', 'set', '--egress', 'http://x'])
  expect(wrong).toMatchObject({ stdout: '', stderr: expect.stringContaining('must have hosts such as') })
  expect(await org('show')).toEqual([])
  expect(await hm(['org', 'set'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to change') })
  expect(await hm(['org', 'set', '--any-egress', '--no-egress'])).toMatchObject({ code: 2 })
  expect(await org('set', '--any-egress')).toBeNull()
})

test('limits of a secret and the cache trust of a pipeline are set and shown, and kept if not named', async () => {
  const set = (...args: string[]) => hm(['secret', 'set', 'LIMITED', ...args], { input: 'v' })
  const limits = async () => JSON.parse((await hm(['secret', 'list', '--json'])).stdout).data
  expect(await set('--branches', 'main', '--branches', 'release/*', '--events', 'push')).toMatchObject({ code: 0 })
  const limited = { name: 'LIMITED', branches: ['main', 'release/*'], events: ['push'] }
  expect(await limits()).toMatchObject([{ ...limited, uploads: false }])
  expect((await hm(['secret', 'list'])).stdout).toMatch(/LIMITED +main release\/\* +push +no /)
  expect(await set('--uploads', 'yes')).toMatchObject({ code: 0 })
  expect(await limits()).toMatchObject([{ ...limited, uploads: true }])
  expect(await set('--no-limits', '--events', 'push', '--uploads', 'no')).toMatchObject({ code: 0 })
  expect(await limits()).toMatchObject([{ ...limited, branches: null, uploads: false }])
  expect(await set('--uploads', 'perhaps')).toMatchObject({ code: 2 })
  expect(await hm(['secret', 'rm', 'LIMITED'])).toMatchObject({ code: 0 })

  expect(await hm(['pipeline', 'create', 'trusting', '--repository', 'https://x.test/a/b.git'])).toMatchObject({
    code: 0,
  })
  const pipeline = async (...args: string[]) =>
    JSON.parse((await hm(['pipeline', ...args, 'trusting', '--json'])).stdout)
  await pipeline('set', '--protected-branches', 'release/*')
  await pipeline('set', '--cache-share', 'yes')
  expect(await pipeline('show')).toMatchObject({ protected_branches: ['release/*'], cache_share: true })
  expect((await hm(['pipeline', 'show', 'trusting'])).stdout).toContain('release/*')
  await pipeline('set', '--no-protected-branches')
  expect(await pipeline('show')).toMatchObject({ protected_branches: [], cache_share: true })
  expect(await hm(['pipeline', 'set', 'trusting'])).toMatchObject({ code: 2, stdout: '' })
})

test('a source that is too large is exit 8 and says what to ignore', async () => {
  const large = newProject('acme/large')
  mkdirSync(join(large, 'big'))
  const noise = randomBytes(24 * 1024 * 1024)
  for (const name of ['a', 'b']) writeFileSync(join(large, 'big', name), noise)
  const { code, stdout, stderr } = await hm(['run', 'ci', '--cloud'], { cwd: large })
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
  expect(stderr).toContain('error[too_large_packed]')
  expect(stderr).toContain('\n/big/\n')
})

test('another repository with a pipeline of the same name gets its own pipeline, which -p selects there', async () => {
  const cwd = newProject('acme/web')
  // The character U+202E reverses the rest of its line.
  writeFileSync(join(cwd, 'data.txt'), 'of web\u202e\n')
  const { code, stderr } = await hm(['run', 'ci', '--cloud', '--format', 'json'], { cwd })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { stdout } = await hm(['pipeline', 'list', '--json'])
  const slugs = JSON.parse(stdout).data.map(({ slug }: { slug: string }) => slug)
  expect(slugs).toContain('ci')
  expect(slugs).toContain('acme-web-ci')

  const log = { code: 0, stdout: '[one] of web\u202e\n[one] said\n', stderr: '' }
  expect(await hm(['logs', '1', '-p', 'ci'], { cwd })).toEqual(log)
  expect(await hm(['logs', '1', '-p', 'acme-web-ci'], { cwd })).toEqual(log)
  expect(await hm(['secret', 'set', 'A', '--pipeline', 'ci'], { cwd, input: 'x' })).toMatchObject({
    code: 0,
    stderr: 'A is set for default/acme-web-ci\n',
  })
  const line = `exec ${process.execPath} ${hmProgram} job log one -b 1 -p ci`
  const shown = execFileSync('script', ['-qec', line, '/dev/null'], { cwd, env: hmEnv(), encoding: 'utf8' })
  expect(shown).toBe('of web?\r\nsaid\r\n')
})

test('a pipeline that the server does not have yet is no other repository’s of the same slug', async () => {
  const core = { code: 0, stdout: '[one] the data\n[one] said\n', stderr: '' }
  expect(await hm(['logs', '1', '-p', 'ci'], { cwd: home })).toEqual(core)
  const cwd = newProject('acme/unsent')
  expect(await hm(['logs', '1', '-p', 'ci'], { cwd })).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringMatching(
      /^error\[pipeline_not_found\]: [^\n]*belongs to acme\/core\nfix: hm run ci --cloud creates it/,
    ),
  })
})

/** A directory with a pipeline `ci`, and no repository. */
function looseProject(...names: readonly string[]): string {
  const directory = join(home, 'loose', ...names)
  mkdirSync(join(directory, '.hm'), { recursive: true })
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(directory, 'node_modules'))
  writeFileSync(join(directory, '.hmignore'), 'node_modules\n')
  writeFileSync(
    join(directory, '.hm/ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'\nexport default { slug: 'ci', pipeline: () => pipeline([sh('true', { image: 'host' })]) }\n`,
  )
  return directory
}

test('projects without a remote are named after their directories, and a conflict can be resolved', async () => {
  const send = (cwd: string) => hm(['run', '--cloud', '--detach'], { cwd })
  const shop = looseProject('shop')
  expect(await send(shop)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('created the pipeline default/shop-ci\n'),
  })
  expect(await send(looseProject('2nd'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('/2nd-ci/builds/1\n'),
  })
  expect(await send(shop)).toMatchObject({ code: 0, stdout: expect.stringContaining('/shop-ci/builds/2\n') })
  expect(await hm(['build', 'list', '-p', 'ci'], { cwd: shop })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^BUILD.*\n#2 .*\n#1 .*\n$/),
  })

  const namesake = looseProject('other', 'shop')
  const { code, stderr } = await send(namesake)
  expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringContaining('error[pipeline_slug_taken]') })
  const [, use = '', make = '', useMade = ''] =
    /fix: hm (.*), if it is this project's; else hm (.*) && hm (.*)\n/.exec(stderr) ?? []
  expect(use).toBe('config set --project cloud.pipeline shop-ci')
  for (const command of [make, useMade])
    expect(await hm(command.split(' '), { cwd: namesake })).toMatchObject({ code: 0 })
  expect(await send(namesake)).toMatchObject({ code: 0, stdout: expect.stringContaining('/shop-ci-2/builds/1\n') })
  expect(await hm(use.split(' '), { cwd: namesake })).toMatchObject({ code: 0 })
  expect(await send(namesake)).toMatchObject({ code: 0, stdout: expect.stringContaining('/shop-ci/builds/3\n') })
})

test('creating a pipeline under a taken slug suggests another slug', async () => {
  expect(await hm(['pipeline', 'create', 'ci'], { cwd: newProject('acme/made') })).toMatchObject({
    code: 7,
    stdout: '',
    stderr: expect.stringMatching(/^error\[pipeline_slug_taken\]: [^\n]+\nfix: hm pipeline create made-ci;/),
  })
})

/** Starts a proxy that forwards requests and records their paths. */
function startNotingProxy(asked: string[]) {
  return createServer(async (request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const { authorization = '' } = request.headers
    const answer = await fetch(product.server().url + path, { headers: { authorization } })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  }).listen(0, '127.0.0.1')
}

test('G129 hm mcp resolves the names of a call once, and while waiting requests only the build', async () => {
  const { build } = JSON.parse((await hm(['run', 'endless', '--cloud', '--detach', '--json'])).stdout)
  const asked: string[] = []
  await using proxy = startNotingProxy(asked)
  await once(proxy, 'listening')
  const env = { ...hmEnv(), HM_API_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
  await using waiting = await openAgent(project, env, ['-p', 'endless'])
  const waited = waiting.call('wait', { seconds: 100 })
  const isView = (path: string) => path.endsWith(`/builds/${build.number}/view`)
  await until(
    async () => asked.filter(isView).length,
    (views) => views >= 3,
  )
  expect((await hm(['cancel', String(build.number), '-p', 'endless', '--yes'])).code).toBe(0)
  expect((await waited).said[0]).toMatch(/: canceled\.$/)
  const resolving = asked.slice(0, asked.findIndex(isView))
  expect(asked.slice(resolving.length).every(isView)).toBe(true)
  asked.splice(0)
  await waiting.call('failure')
  expect(asked.filter((path, at) => asked.indexOf(path) !== at)).toEqual([])
})

describe('hm for programs', () => {
  let agent: Agent
  let judged: string
  beforeAll(async () => {
    judged = join(home, 'judged', 'project')
    makeJudgedProject(judged)
    agent = await openAgent(judged, hmEnv(), ['-p', 'judged'])
  })
  afterAll(() => agent[Symbol.asyncDispose]())

  test('G130 with --json, every command prints exactly what its schema specifies', async () => {
    const coupon = { id: randomUUID(), code: 'WELCOME', creditCents: 500, maxRedemptions: 1, expiresAt: null }
    await insertCoupon(product.pool, coupon)
    const seen = new Map<string, unknown>()
    const place = { home: join(home, 'judged'), token: product.token, seen: (name: string) => seen.get(name) }
    const wrong: string[] = []
    const run = ({ line: [first = '', ...rest], ...call }: Call) =>
      hm([first, '--json', ...rest], { cwd: judged, ...call, env: { BROWSER: '/bin/false', ...call.env } })
    for (const [name, calls] of Object.entries(callsOf(place)))
      for (const call of calls.map((make) => make())) {
        const { code, stdout, stderr } = await run(call)
        const expected = name === 'doctor' ? [0, 9] : [call.code ?? 0]
        const { problems, first } = judge(documents[name as keyof typeof documents], stdout)
        if (!expected.includes(code ?? -1)) problems.unshift(`it ended with ${code}: ${stderr.slice(-1500)}`)
        wrong.push(...problems.map((problem) => `hm ${call.line.join(' ')}: ${problem}`))
        seen.set(name, first)
      }
    const refused = await run({ line: ['build', 'show', '99', '-p', 'judged'] })
    expect([refused.code, refused.stdout]).toEqual([5, ''])
    wrong.push(...judge(failure, refused.stderr).problems)
    expect(wrong).toEqual([])
  })

  test('G129 hm mcp on a server starts a build, waits for it and explains its failure in the same words as locally', async () => {
    const ended = await runToEnd(agent, { cloud: true })
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

  test('G129 hm mcp on a server proposes and reads the logs of services and of forks', async () => {
    for (const slug of ['unready', 'tested']) expect((await hm(['run', slug, '--cloud'])).code).toBe(1)
    const failed = await agent.call('failure', { pipeline: 'unready' })
    const service = failed.next.find(({ input }) => input.step === 'one/db')
    expect(await agent.call('log', service?.input)).toMatchObject({
      said: [expect.stringMatching(/ The log of "db" has 1 line\.$/)],
      data: ['1| no disk'],
    })
    expect(await agent.call('log', { ...service?.input, step: 'one/web' })).toMatchObject({
      isError: true,
      said: ['error: service_not_found', 'fix: its services are db'],
    })
    const told = await until(
      () => agent.call('tests', { pipeline: 'tested' }),
      ({ data }) => data.at(-1)?.startsWith('   failed in fork ') === true,
    )
    const fork = told.next.find(({ tool }) => tool === 'log')
    expect(fork?.input.step).toMatch(/^unit\/fork-\d+$/)
    expect((await agent.call('log', fork?.input)).data).toEqual(['1| tested'])
    expect(await agent.call('log', { ...fork?.input, step: '#1/fork-9' })).toMatchObject({
      isError: true,
      said: ['error: fork_not_found', expect.stringMatching(/^fix: it has \d+: fork-1 to fork-\d+$/)],
    })
  })

  test('G129 hm mcp on a server lists builds, explains why steps ran, reads an artifact and retries', async () => {
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
    expect(again.said[0]).toMatch(/^Build #\d+ of "judged" has started on the server\.$/)
    expect(await agent.call('failure', { build: 999 })).toMatchObject({
      isError: true,
      said: [expect.stringContaining('error: build_not_found'), expect.any(String)],
    })
  })
})

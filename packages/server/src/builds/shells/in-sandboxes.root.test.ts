/** Shells in real sandboxes, through the real server. */
import type { components } from '@harmont/contract'
import { beforeAll, expect, test } from 'vitest'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { jobsAtEnd, submitFork } from '../submit/submit.test-support.ts'
import { type ClientShell, enterShell } from './shell-client.test-support.ts'

type Schemas = components['schemas']

const it = testServer({ HARMONT_RUNNER: 'local', HARMONT_RUNNER_SLOTS: '2', HARMONT_SANDBOX_NETWORK: 'none' })
const organization = '/api/v0/organizations/default'
const value = 'pa55-word-of-the-shells'

beforeAll(async () => {
  await it.request(ownerToken, 'POST', `${organization}/secrets`, { name: 'deploy', value })
})

const steps = ir(
  { key: 'a', cmd: 'echo kept > /kept' },
  {
    ...{ key: 'b', builds_in: 'a', env: { GREETING: 'hello' }, secrets: { TOKEN: 'deploy' } },
    cmd: 'echo made > made; exit 3',
  },
)

/** Returns the shell addresses of an ended build's jobs, by step. */
async function ended(path: string): Promise<Readonly<Record<string, string>>> {
  const jobs = await jobsAtEnd(it, path)
  return Object.fromEntries(jobs.map(({ id, step_key }) => [step_key, `${path}/jobs/${id}/shell`]))
}

async function run(): Promise<Readonly<Record<string, string>>> {
  const path = `${organization}/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: 'c', pipeline_ir: steps, source_b64: '' }
  expect((await it.request(ownerToken, 'POST', path, body)).status).toBe(201)
  return ended(`${path}/1`)
}

const runFork = async () => ended(await submitFork(it, await it.newPipeline(), steps))

async function shellIn(path: string | undefined, opening: object, body: object = {}): Promise<ClientShell> {
  const made = await it.request<Schemas['ShellTicket']>(ownerToken, 'POST', path ?? 'no job', body)
  expect([made.status, made.body]).toMatchObject([201, {}])
  return enterShell(`${it.server.url.replace(/^http/, 'ws')}/api/v0/shells`, made.body.token, opening)
}

/** Returns the output of a script in that shell, without a terminal. */
async function sayIn(path: string | undefined, script: string, body: object = {}) {
  const shell = await shellIn(path, { script }, body)
  const status = await shell.closed
  return { status, said: shell.said }
}

test('a shell has the file system of a failed step, either before or after its command, and returns its exit code', async () => {
  const { b } = await run()
  const look = 'cat /kept made; pwd; echo $GREETING; exit 42'
  expect(await sayIn(b, look)).toEqual({
    status: 1000,
    said: { 1: 'kept\nmade\n/workspace\nhello\n', 3: '{"code":42}' },
  })
  const before = await sayIn(b, 'cat /kept; test -e made', { before: true })
  expect(before).toMatchObject({ status: 1000, said: { 1: 'kept\n', 3: '{"code":1}' } })
  // A change in one shell is invisible in the next.
  await sayIn(b, 'rm made')
  expect((await sayIn(b, 'cat made')).said[1]).toBe('made\n')
})

test('a terminal has the size of its client, also after a change, and `exit` ends the shell', async () => {
  const { b } = await run()
  const shell = await shellIn(b, { cols: 91, rows: 37 })
  shell.send(0, 'stty size\n')
  await expect.poll(() => shell.said[1]).toContain('37 91')
  shell.send(2, JSON.stringify({ cols: 120, rows: 40 }))
  await expect
    .poll(
      () => {
        shell.send(0, 'stty size\n')
        return shell.said[1]
      },
      { interval: 300 },
    )
    .toContain('40 120')
  shell.send(0, 'exit 5\n')
  expect(await shell.closed).toBe(1000)
  expect(shell.said[3]).toBe('{"code":5}')
})

test('a shell has the secrets of its step, and none in the build of a fork', async () => {
  const { b } = await run()
  const reveal = 'printf "%s" "$TOKEN"; env; cat /run/secrets/* 2>/dev/null || true'
  expect((await sayIn(b, reveal)).said[1]).toContain(value)
  const fork = await runFork()
  // Its step `b` never ran: its secret does not exist for forks.
  expect((await sayIn(fork.a, reveal)).said).toMatchObject({ 1: expect.not.stringContaining(value), 3: '{"code":0}' })
  const asked = await sayIn(fork.b, reveal, { before: true })
  expect(asked.said[1]).not.toContain(value)
})

test("G60 a shell has no secret that is limited to branches, whatever its build's branch", async () => {
  const limited = { name: 'deploy', value, branches: ['main'] }
  const { b } = await run()
  await it.server.pool.query("update build_records set ref_class = 'fetched'")
  await it.request(ownerToken, 'POST', `${organization}/secrets`, limited)
  expect((await sayIn(b, 'echo "<$TOKEN>"', { before: true })).said[1]).toBe('<>\n')
  await it.request(ownerToken, 'POST', `${organization}/secrets`, { ...limited, branches: null })
  expect((await sayIn(b, 'echo "<$TOKEN>"', { before: true })).said[1]).toBe(`<${value}>\n`)
})

test('a slow client gets all of ten megabytes from a sandbox', async () => {
  const { a } = await run()
  const shell = await shellIn(a, { script: 'head -c 10000000 /dev/zero; exit 9' })
  for (let pauses = 0; pauses < 5; pauses += 1) {
    shell.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 100))
    shell.socket.resume()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(await shell.closed).toBe(1000)
  expect(shell.bytes()).toBe(10_000_000 + '{"code":9}'.length)
})

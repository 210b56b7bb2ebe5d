import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { components } from '@harmont/contract'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'
import { runningPostmaster, stopPostmaster } from '../platform/database/embedded/postmaster.ts'
import { migratedDatabase } from '../testing/database.ts'
import { ir } from '../testing/runner.ts'
import { type ProcessOfServer, runMain, startMain, stopMain } from '../testing/server-process.ts'

const token = 'the-bootstrap-token-of-tests'

async function environment(more: Readonly<Record<string, string>> = {}) {
  const directory = await mkdtemp('/var/tmp/harmont-main-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const env = {
    PORT: String(await reservePort()),
    HARMONT_DATA_DIR: join(directory, 'data'),
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_RUNNER: 'off',
  }
  return { ...env, ...more }
}

async function api<T>(
  url: string,
  path: string,
  body?: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(`${url}/api/v0${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as T
}

const builds = '/organizations/default/pipelines/ci/builds'
const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }

test('an invalid setting prevents the start, with a message that names the variable and has no stack', async () => {
  const { code, output } = await runMain([], { PORT: 'http', HARMONT_RUNNER: 'maybe' })
  expect(code).toBe(1)
  expect(output).toMatch(/PORT: expected a whole number from 1 to 65535, got `http`/)
  expect(output).toMatch(/HARMONT_RUNNER/)
  expect(output).not.toMatch(/ at .*\.ts:/)
})

test('an unknown command prints the list of commands', async () => {
  const { code, output } = await runMain(['nonsense'], {})
  expect([code, output]).toEqual([1, expect.stringMatching(/^ {2}setup-link \[EMAIL\]$/m)])
})

test('`config` prints every setting, and no secret', async () => {
  const { code, output } = await runMain(['config'], { HARMONT_BOOTSTRAP_TOKEN: token })
  expect(code).toBe(0)
  expect(output).toMatch(/^PORT .*4000 {2}\[default\]$/m)
  expect(output).toMatch(/^HARMONT_BOOTSTRAP_TOKEN .*\(set\) {2}\[environment\]$/m)
  expect(output).not.toContain(token)
})

test('G02 a build whose creation returned 201 survives SIGKILL of the server, of PostgreSQL, and of both', async () => {
  const env = await environment()
  const database = join(env.HARMONT_DATA_DIR, 'database')
  onTestFinished(() => stopPostmaster(database, 10_000))
  const pipeline = { name: 'ci', repository: 'local/ci', default_branch: 'main' }
  let server = await startMain(env)
  await api(server.url, '/organizations/default/pipelines', pipeline)
  const kills = [
    () => stopMain(server, 'SIGKILL'),
    // A backend that outlived its postmaster may accept the write before the new postmaster runs.
    async () => process.kill((await until(() => runningPostmaster(database))) as number, 'SIGKILL'),
  ] as const
  const rounds = [[kills[0]], [kills[1]], [kills[1], kills[0]]]
  for (const [index, round] of rounds.entries()) {
    // A backend that has not noticed the death of its postmaster may have answered the read. Then
    // this write fails with a request to retry.
    const submit = () => api(server.url, builds, build, { 'idempotency-key': `round-${index}` }).catch(String)
    await expect.poll(submit).toMatchObject({ number: index + 1 })
    for (const kill of round) await kill()
    if (server.child.exitCode !== null || server.child.signalCode !== null) server = await startMain(env)
    await expect
      .poll(() => api(server.url, `${builds}/${index + 1}`).catch(String))
      .toMatchObject({ number: index + 1, state: 'scheduled' })
  }
  expect(await stopMain(server)).toBe(0)
  expect(await runningPostmaster(database)).toBeUndefined()
  expect(await modeOf(join(env.HARMONT_DATA_DIR, 'secrets/database-password'))).toBe(0o600)
})

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('a server keeps its data directory private, refuses a second server on its port, and drains its streams when it stops', async () => {
  // The compile cache of the tests is off, because this test inspects the one in the data
  // directory.
  const env = await environment({
    HARMONT_DATABASE_URL: (await migratedDatabase()).url,
    HARMONT_DRAIN_SECONDS: '4',
    NODE_COMPILE_CACHE: '',
  })
  const server = await startMain(env)
  await expectPortTaken(env.PORT)
  await expectDrain(server)
  await expectPrivate(env.HARMONT_DATA_DIR)
})

/** Checks that a second server on the port names the setting to change. */
async function expectPortTaken(port: string) {
  const second = await environment({ HARMONT_DATABASE_URL: (await migratedDatabase()).url, PORT: port })
  const { code, output } = await runMain([], second)
  expect([code, output.trim().split('\n').at(-1)]).toEqual([
    1,
    `PORT: port ${port} is already in use by another program.`,
  ])
}

/**
 * Checks that the files of a stopped server are private to their owner: secrets, and the compile
 * cache.
 */
async function expectPrivate(directory: string) {
  for (const name of ['log-token', 'cookie', 'runner-token'])
    expect(await modeOf(join(directory, 'secrets', name))).toBe(0o600)
  expect(await modeOf(directory)).toBe(0o700)
  expect((await readdir(join(directory, 'compiled'), { recursive: true })).length).toBeGreaterThan(100)
}

/** Stops the server while a log is read. The stream ends after the drain time, without `done`. */
async function expectDrain(server: ProcessOfServer) {
  await api(server.url, '/organizations/default/pipelines', {
    name: 'ci',
    repository: 'local/ci',
    default_branch: 'main',
  })
  await api(server.url, builds, build)
  const jobs = await api<{ data: components['schemas']['Job'][] }>(server.url, `${builds}/1/jobs`)
  const stream = await fetch(`${server.url}/v0/jobs/${jobs.data[0]?.id}/logs`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const started = Date.now()
  const exited = stopMain(server)
  await expect.poll(async () => (await fetch(`${server.url}/healthz`)).status).toBe(503)
  const refused = await fetch(`${server.url}/readyz`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(((await refused.json()) as components['schemas']['Error']).error.code).toBe('draining')
  const text = await stream.text()
  expect(text).toMatch(/^event: history/)
  expect(text).not.toMatch(/event: done/)
  expect(await exited).toBe(0)
  expect(Date.now() - started).toBeGreaterThan(3900)
}

/** `Idempotency-Key` with a server that is killed between effect and response. */
import { mkdtemp, rm } from 'node:fs/promises'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from '../../main/serve.ts'
import { migratedDatabase } from '../../testing/database.ts'
import { startMain, stopMain } from '../../testing/server-process.ts'
import { readSettings } from '../settings/read-settings.ts'

const token = 'the-bootstrap-token-of-tests'
const pipelines = '/api/v0/organizations/default/pipelines'
const builds = `${pipelines}/ci/builds`

test('G02 a server that is killed before its response has made one build, and the next server returns that build', async () => {
  const { connection, url } = await migratedDatabase()
  const directory = await mkdtemp('/var/tmp/harmont-killed-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const env = {
    PORT: String(await reservePort()),
    HARMONT_DATA_DIR: directory,
    HARMONT_DATABASE_URL: url,
    HARMONT_BOOTSTRAP_TOKEN: token,
    HARMONT_RUNNER: 'off',
    // A request without a pipeline is rendered first, which delays its response.
    HARMONT_RENDER_WAIT_SECONDS: '1',
  }
  const ask = (path: string, body?: object) =>
    fetch(`http://127.0.0.1:${env.PORT}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'the-one' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const build = { branch: 'main', commit: 'abc', source_b64: 'QUJD' }
  const numbers = async () => {
    const { data } = (await (await ask(builds)).json()) as { data: { number: number }[] }
    return data.map(({ number }) => number)
  }

  const first = await startMain(env)
  await ask(pipelines, { name: 'ci', repository: 'acme/ci', default_branch: 'main' })
  const unanswered = ask(builds, build).catch((error: unknown) => error)
  await until(numbers, ({ length }) => length > 0)
  await stopMain(first, 'SIGKILL')
  expect(await unanswered).toBeInstanceOf(Error)

  const settings = { ...readSettings(env), drainSeconds: 0 }
  const second = await serve({ settings, log: pino({ level: 'silent' }) })
  const early = await ask(builds, build)
  expect([early.status, early.headers.get('retry-after')]).toEqual([409, '5'])
  // Ends its lease.
  const client = new pg.Client(connection)
  await client.connect()
  await client.query('update idempotency_keys set lease_until = now()')
  await client.end()
  for (let n = 0; n < 2; n += 1) {
    const answer = await ask(builds, build)
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    expect(await answer.json()).toMatchObject({ number: 1, state: 'scheduled' })
  }
  expect(await numbers()).toEqual([1])
  await second.stop()
})

import { mkdtempSync } from 'node:fs'
import { noOutput } from '@harmont/engine'
import { removeTree } from '@harmont/outside/remove-tree'
import { until } from '@harmont/test-kit/until'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { RunnerSession } from '../main/runner-session.ts'
import { openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { SettingsError } from '../platform/settings/read-settings.ts'
import { revokeRunner } from '../runners/index.ts'
import { callRunners, leaseRequest, newRunnerKey } from '../testing/joined-runner.ts'
import { ir } from '../testing/runner.ts'
import { ownerToken, testServer } from '../testing/server.ts'
import { drain } from './drain.ts'

const it = testServer()
const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: null }
const directories: string[] = []
afterAll(() => directories.forEach(removeTree))

function newDirectory(): string {
  const directory = mkdtempSync('/tmp/harmont-drain-')
  directories.push(directory)
  return directory
}

/** Starts the command on this directory. Returns its output so far and its end. */
function startDrain(directory: string) {
  const said: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  onTestFinished(() => spy.mockRestore())
  const ended = drain([], { HARMONT_SERVER_URL: it.server.url, HARMONT_DATA_DIR: directory })
  return { said: () => said.join(''), ended }
}

async function join(directory: string): Promise<RunnerSession> {
  const session = await RunnerSession.open(
    {
      url: it.server.url,
      ca: null,
      directory: await openDataDirectory(directory),
      key: await newRunnerKey(it),
      slots: 2,
      log: () => undefined,
      onRefused: () => undefined,
    },
    new AbortController().signal,
  )
  onTestFinished(() => session.close())
  return session
}

test('G78 `harmont drain` on the machine of a runner stops new jobs and ends after the last one', async () => {
  const directory = newDirectory()
  const session = await join(directory)
  let turn = 0
  const call = async (name: string, body: object) => {
    turn += 1
    const headers = { authorization: `Bearer ${await session.token()}`, 'harmont-turn': `${session.id}:${turn}` }
    return (await callRunners(it, name, body, headers)).body
  }
  const slug = await it.newPipeline()
  const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const submit = () => it.request(ownerToken, 'POST', `/api/v0/organizations/default/pipelines/${slug}/builds`, build)
  await submit()
  const [lease] = (await call('lease', leaseRequest())).jobs as { jobId: string; buildId: string; fence: number }[]
  await call('started', { lease, at: Date.now() })
  // Represents a snapshot that builds need, which the runner must send.
  await it.server.pool.query(
    `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at)
     select 'drained', 'erofs', b.queue, 'default', $1, b.id, $3, now() from engine.builds b where b.id = $2`,
    [session.id, lease?.buildId, lease?.jobId],
  )
  const { said, ended } = startDrain(directory)
  await until(() => said().includes('It still has 1 job.\n'))
  await submit()
  expect((await call('lease', leaseRequest())).jobs).toEqual([])
  // The command has used the next counter of the running process, which must still get a token.
  const token = await session.token()
  expect(await session.token(token)).not.toBe(token)
  await call('finish', { lease, at: Date.now(), outcome: exited, output: noOutput })
  await until(() => said().endsWith('It sends files that builds need: 1 left.\n'))
  await it.server.pool.query("update engine.exports set stored_at = now() where snapshot = 'drained'")
  await ended
  expect(said()).toMatch(/^The runner takes no new jobs\. It still has 1 job\.\n.* 1 left\.\n.* has no job left\.\n$/)
})

test('a drain reports a wrong directory or runner', async () => {
  const directory = newDirectory()
  await expect(startDrain(directory).ended).rejects.toThrow(/^HARMONT_DATA_DIR: no runner has joined from /)
  const session = await join(directory)
  await revokeRunner(it.server.pool, session.id)
  await expect(startDrain(directory).ended).rejects.toThrow(/\(runner_revoked\)$/)
  await expect(drain(['now'], {})).rejects.toThrow(SettingsError)
})

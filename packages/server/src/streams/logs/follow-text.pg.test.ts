import { until } from '@harmont/test-kit/until'
import { expect, test, vi } from 'vitest'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()

async function newJob(): Promise<PlayedJob> {
  const builds = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const pipeline = ir({ key: 'a', cmd: 'true' })
  await it.request(ownerToken, 'POST', builds, { branch: 'main', commit: 'c', pipeline_ir: pipeline })
  return playJob(it)
}

function follow(job: PlayedJob, range: string, method = 'GET'): Promise<Response> {
  const headers = { authorization: `Bearer ${ownerToken}`, range }
  return fetch(`${it.server.url}/v0/jobs/${job.id}/logs.txt`, { method, headers })
}

test('G12 a range without an end follows a running job from the requested byte to its last one', async () => {
  const job = await newJob()
  await job.log(['first\n'])
  await job.log(['second\n'], 1)
  const response = await follow(job, 'bytes=3-')
  expect([response.status, response.headers.get('content-range')]).toEqual([206, 'bytes 3-9007199254740991/*'])
  expect([response.headers.get('content-length'), response.headers.get('harmont-log-complete')]).toEqual([
    null,
    'false',
  ])
  const reader = response.body?.getReader()
  const next = async () => Buffer.from((await reader?.read())?.value ?? []).toString()
  let seen = ''
  while (seen.length < 10) seen += await next()
  expect(seen).toBe('st\nsecond\n')
  await job.log(['a remark'], 2)
  await job.log(['third\n'])
  expect(await next()).toBe('third\n')
  await job.log(['last'])
  await job.end()
  expect([await next(), (await reader?.read())?.done]).toEqual(['last', true])
})

test('a range that begins beyond the end waits for it, and is empty if the log does not get that far', async () => {
  const job = await newJob()
  const listening = vi.spyOn(it.server.engine.logs, 'onChange')
  const within = follow(job, 'bytes=2-').then((response) => response.text())
  const beyond = follow(job, 'bytes=99-').then((response) => response.text())
  await until(() => listening.mock.calls.length === 2)
  listening.mockRestore()
  await job.log(['12345'])
  await job.end()
  expect(await Promise.all([within, beyond])).toEqual(['345', ''])
  expect((await follow(job, 'bytes=99-')).status).toBe(416)
})

test('HEAD and a range with an end do not wait', async () => {
  const job = await newJob()
  await job.log(['12345'])
  expect((await follow(job, 'bytes=1-', 'HEAD')).status).toBe(206)
  const part = await follow(job, 'bytes=1-9')
  expect([part.headers.get('content-range'), await part.text()]).toEqual(['bytes 1-4/5', '2345'])
  await job.end()
})

test('a stopping server aborts the response: only a whole log ends normally', async () => {
  const job = await newJob()
  await job.log(['12345'])
  const response = await follow(job, 'bytes=0-')
  const reading = response.text()
  reading.catch(() => {}) // judged below
  await it.server.stop()
  await expect(reading).rejects.toThrow()
})

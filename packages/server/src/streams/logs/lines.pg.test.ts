import type { components } from '@harmont/contract'
import { until } from '@harmont/test-kit/until'
import { expect, test } from 'vitest'
import { lastLines } from '../../builds/logs/last-output.ts'
import { readLogFacts } from '../../builds/logs/log-facts.ts'
import { ir, type PlayedJob, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { followLines, type LogNews } from './follow-lines.ts'

type Schemas = components['schemas']

const it = testServer()

interface Running extends PlayedJob {
  readonly path: string
}

async function newJob(): Promise<Running> {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  await it.request(ownerToken, 'POST', path, {
    branch: 'main',
    commit: 'c',
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
  })
  const job = await playJob(it)
  return { ...job, path: `${path}/1/jobs/${job.id}/log` }
}

const read = async (job: Running, query = '') =>
  (await it.request<Schemas['JobLogView']>(ownerToken, 'GET', `${job.path}${query}`)).body
const readLines = async (job: Running, query: string) =>
  (await it.request<Schemas['LogPage']>(ownerToken, 'GET', `${job.path}/lines${query}`)).body
const texts = (page: Schemas['LogPage']) => page.lines.map(([, , text]) => text)

test('web L1 a log opens at its first error line, at a third of the page', async () => {
  const job = await newJob()
  await job.log([Array.from({ length: 900 }, (_, n) => (n === 499 ? 'error: it broke\n' : `line ${n + 1}\n`)).join('')])
  await job.end({ exitCode: 1 })
  const view = await read(job, '?at=error&limit=90')
  expect(view).toMatchObject({ total_lines: 900, complete: true, first_error_line: 500, errors: [500] })
  expect(view.page).toMatchObject({ from: 470, total_lines: 900, complete: true })
  expect(view.page.lines).toHaveLength(90)
  expect(view.page.lines[30]).toEqual([0, 0, 'error: it broke', 0])
  expect(texts((await read(job, '?at=tail&limit=2')).page)).toEqual(['line 899', 'line 900'])
  expect((await read(job)).page.from).toBe(1)
})

test('a log opens at the first failure that a tool reports, not at a line that looks like an error; a reader that followed it gets none twice', async () => {
  const job = await newJob()
  const news: LogNews[] = []
  const reading = (async () => {
    for await (const each of followLines(it.server.engine.logs, job.id, 1, new AbortController().signal))
      news.push(each)
  })()
  await job.log(['ERROR: printed by a test that passes\n'])
  await until(
    () => news.flatMap(({ errors }) => errors),
    ({ length }) => length > 0,
    { restMs: 5 },
  )
  const heading = (title: string) =>
    `=================================== ${title} ===================================\n`
  await job.log([`${heading('FAILURES')}____________________ test_vat ____________________\n`])
  await job.log(['\u001b[31mE   assert 1 == 2\u001b[0m\n', '\n', 'tests/test_vat.py:7: AssertionError\n'])
  await job.log(['____________________ test_sum ____________________\n'])
  await job.log(['\u001b[31mE   assert 3 == 4\u001b[0m\n', '\n', 'tests/test_sum.py:9: AssertionError\n'])
  await job.end({ exitCode: 1 })
  await reading
  // While the job ran, lines that looked like errors were sent; reported failures require another
  // read.
  expect(news.at(-1)).toMatchObject({ complete: true, errors: [] })
  expect(await read(job, '?at=error')).toMatchObject({ first_error_line: 4, errors: [4, 8] })
})

test('lines of a running job can be read as they are written, even the unfinished one', async () => {
  const job = await newJob()
  expect(await read(job)).toMatchObject({ total_lines: 0, bytes: 0, complete: false, page: { lines: [], t0: null } })
  await job.log(['one\nt'])
  expect(texts(await readLines(job, '?from=1'))).toEqual(['one', 't'])
  await job.log(['wo\n'])
  await job.log(['remark\n'], 2)
  await job.log(['err\n'], 1)
  const page = await readLines(job, '?from=2')
  expect(page.lines).toEqual([
    [0, 0, 'two', 0],
    [0, 1, 'err', 0],
  ])
  expect(page).toMatchObject({ from: 2, total_lines: 3, complete: false, t0: '2025-06-15T15:06:40.000Z' })
  expect((await read(job)).remarks).toEqual([{ line: 3, kind: 'note', message: 'remark', bytes: null, lines: null }])
  await job.end()
  expect(await readLines(job, '?from=9')).toMatchObject({ from: 9, lines: [], total_lines: 3, complete: true })
})

test('a malformed line number is refused, and so is a job of another build', async () => {
  const job = await newJob()
  const other = await newJob()
  const codes = await Promise.all(
    ['?at=x', '?at=-1', '/lines?from=x', '/lines?limit=x'].map(async (query) =>
      codeOf(await it.request(ownerToken, 'GET', job.path + query)),
    ),
  )
  expect(new Set(codes)).toEqual(new Set(['query_invalid']))
  const foreign = await it.request(ownerToken, 'GET', job.path.replace(job.id, other.id))
  expect([foreign.status, codeOf(foreign)]).toEqual([404, 'job_not_found'])
  await job.end()
  await other.end()
})

test('web L23 a reader that follows from before the first line to after the end sees every line once, in order', async () => {
  const job = await newJob()
  const seen: string[] = []
  const news: LogNews[] = []
  const reading = (async () => {
    for await (const each of followLines(it.server.engine.logs, job.id, 1, new AbortController().signal)) {
      news.push(each)
      // Only an unfinished line is sent again.
      seen.splice(each.from - 1, seen.length, ...each.lines.map(([, , text]) => String(text)))
    }
  })()
  const expected: string[] = []
  for (let turn = 0; turn < 30; turn++) {
    await job.log([
      `--- group ${turn}\n`,
      `half of ${turn}`,
      ' and the rest\n',
      turn % 10 === 0 ? 'error: x\n' : 'fine\n',
    ])
    expected.push(`--- group ${turn}`, `half of ${turn} and the rest`, turn % 10 === 0 ? 'error: x' : 'fine')
    // Some lines are written one by one, others together.
    if (turn % 3 === 0) await until(() => seen.length >= expected.length, Boolean, { restMs: 5 })
  }
  await job.log(['no end'])
  await job.end()
  await reading
  expect(seen).toEqual([...expected, 'no end'])
  expect(news.at(-1)).toMatchObject({ complete: true, total_lines: 91 })
  expect(news.filter(({ complete }) => complete)).toHaveLength(1)
  expect(news.flatMap(({ errors }) => errors)).toEqual([3, 33, 63])
  const groups = new Map(news.flatMap(({ groups: all }) => all.map((group) => [group.line, group])))
  expect([...groups.values()]).toEqual((await read(job)).groups)
  expect(groups.get(1)).toMatchObject({ end: 3, title: 'group 0', failed: true })
})

test('the log of a skipped step continues when the step runs after a retry', async () => {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const plan = ir({ key: 'a', cmd: 'true' }, { key: 'b', cmd: 'true', depends_on: ['a'] })
  await it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: plan })
  const first = await playJob(it)
  await first.end({ exitCode: 1 })
  const { body } = await it.request<Schemas['JobList']>(ownerToken, 'GET', `${path}/1/jobs`)
  const skipped = body.data.find(({ id }) => id !== first.id)?.id ?? ''
  const log = `${path}/1/jobs/${skipped}/log`
  const lines = async () => (await it.request<Schemas['JobLogView']>(ownerToken, 'GET', log)).body
  expect(await lines()).toMatchObject({ complete: true, total_lines: 0 })
  expect((await it.request(ownerToken, 'POST', `${path}/1/jobs/${first.id}/retry`)).status).toBe(201)
  await (await playJob(it)).end()
  expect(await lines()).toMatchObject({ complete: false, total_lines: 0 })
  const second = await playJob(it)
  expect(second.id).toBe(skipped)
  await second.log(['one\n'])
  expect(await lines()).toMatchObject({ complete: false, total_lines: 1 })
  await second.end()
  expect(await lines()).toMatchObject({ complete: true, total_lines: 1 })
})

test('facts of many logs take one query, and the end of a log is read without the rest', async () => {
  const job = await newJob()
  await job.log(['one\ntwo\n', 'three'])
  expect(await lastLines(it.server.engine.logs, job.id, 2)).toEqual(['two', 'three'])
  const facts = await readLogFacts(it.server.pool, [job.id])
  expect(facts.get(job.id)).toEqual({ lines: null, bytes: null, complete: false })
  await job.end()
})

test('web L19 a log is downloaded under its name, and without escape sequences', async () => {
  const job = await newJob()
  await job.log(['\u001b[31mred\u001b[0m\n', Buffer.from([0xff, 0x0a]), '\u001b]0;title\u0007end'])
  const ask = (query: string, headers = {}) =>
    fetch(`${it.server.url}/v0/jobs/${job.id}/logs.txt${query}`, {
      headers: { authorization: `Bearer ${ownerToken}`, ...headers },
    })
  for (const isOver of [false, true]) {
    if (isOver) await job.end()
    const plain = await ask('?plain=1&download=1', { range: 'bytes=2-' })
    expect(plain.status).toBe(200)
    expect(plain.headers.get('content-disposition')).toMatch(
      /^attachment; filename="default-pipeline-[0-9a-f-]+-1-a-1\.log"$/,
    )
    expect(Buffer.from(await plain.arrayBuffer())).toEqual(
      Buffer.concat([Buffer.from('red\n'), Buffer.from([0xff, 0x0a]), Buffer.from('end')]),
    )
  }
  const raw = await ask('?download=1', { range: 'bytes=5-7' })
  expect([raw.status, await raw.text()]).toEqual([206, 'red'])
  expect(raw.headers.get('content-disposition')).toMatch(/^attachment; /)
  expect((await ask('')).headers.get('content-disposition')).toBeNull()
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Bench,
  goOn,
  logOf,
  openBench,
  run,
  saidUp,
  settled,
  step,
  submit,
  untilTold,
} from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('runs the command of a step and keeps the output of both streams', async () => {
  const { state, jobs } = await run(bench, [step('echo out; sleep 0.1; echo err >&2; sleep 0.1; printf ä')])
  expect(await logOf(bench, jobs[0])).toBe('out\nerr\nä')
  expect(state).toBe('passed')
  expect(jobs[0]).toMatchObject({ state: 'passed', exitCode: 0, errorCode: null, snapshot: null })
})

test('G57 the sandbox of a step has the share of its organization', async () => {
  const id = await submit(bench, [step(untilTold('true'))])
  await saidUp(bench, id)
  const [handle] = await bench.driver.list()
  const record = readFileSync(join(bench.directory, 'sandboxes', 'sandboxes', handle?.id ?? '', 'sandbox.json'), 'utf8')
  expect(JSON.parse(record)).toMatchObject({ share: 'q' })
  await goOn(bench)
  expect((await settled(bench, id)).state).toBe('passed')
})

test('G12 the output of a command is in its log byte for byte, including invalid UTF-8 and a line without an end', async () => {
  const bytes = 300_000
  const { jobs } = await run(bench, [
    step(`printf '\\377\\000a\\r\\n\\303'; yes 0123456789 | tr -d '\\n' | head -c ${bytes}`),
  ])
  const all = await bench.store.logs.read(jobs[0]?.id ?? '', 0, Number.MAX_SAFE_INTEGER)
  const chunks = all.filter(({ kind }) => kind !== 2)
  const content = Buffer.concat(chunks.map((chunk) => chunk.content))
  expect(content.subarray(0, 6)).toEqual(Buffer.from([0xff, 0, 0x61, 0x0d, 0x0a, 0xc3]))
  expect(content.subarray(6).toString()).toBe('0123456789'.repeat(bytes / 10))
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
})

test('a failure has its exit code and skips its dependents, while other steps continue', async () => {
  const { state, jobs } = await run(bench, [
    step('exit 7'),
    step('true', { dependsOn: [0] }),
    step('true', { buildsIn: 0 }),
    step('true'),
  ])
  expect(state).toBe('failed')
  expect(jobs.map((job) => [job.state, job.exitCode])).toEqual([
    ['failed', 7],
    ['skipped', null],
    ['skipped', null],
    ['passed', 0],
  ])
})

test('a soft failure lets its dependents and its build pass', async () => {
  const { state, jobs } = await run(bench, [step('exit 3', { softFail: [3] }), step('true', { dependsOn: [0] })])
  expect(state).toBe('passed')
  expect(jobs.map((job) => [job.state, job.softFailed])).toEqual([
    ['failed', true],
    ['passed', false],
  ])
})

test('a step with a retry policy gets a new attempt in a separate sandbox, and the log of the first attempt is kept', async () => {
  const { id, state } = await run(bench, [
    step('echo attempt $HARMONT_ATTEMPT; [ ! -e /seen ] || exit 9; touch /seen; [ $HARMONT_ATTEMPT = 2 ]', {
      retry: { limit: 1, delaySeconds: 1 },
    }),
  ])
  expect(state).toBe('passed')
  const attempts = await bench.store.builds.jobs(id)
  expect(attempts.map((job) => [job.attempt, job.state, job.exitCode])).toEqual([
    [1, 'failed', 1],
    [2, 'passed', 0],
  ])
  expect(await Promise.all(attempts.map((job) => logOf(bench, job)))).toEqual(['attempt 1\n', 'attempt 2\n'])
})

test('the environment of the image is overridden by that of the step, then of the build, then of the server', async () => {
  const print =
    'echo $HOME $PWD $A $B $C $HARMONT_STEP_KEY $HARMONT_ATTEMPT $HARMONT; case $PATH in */usr/bin*) echo path; esac'
  const { jobs } = await run(bench, [step(print, { env: { A: 'node', B: 'node', C: 'node', HARMONT: 'node' } })], {
    env: { B: 'build', C: 'build' },
    injectedEnv: { C: 'injected', HARMONT: 'true' },
  })
  expect(await logOf(bench, jobs[0])).toBe('/root /workspace node build injected s0 1 true\npath\n')
})

test('a step with an undefined secret is refused with the name of the secret', async () => {
  const { state, jobs } = await run(bench, [step('echo ran', { secrets: { TOKEN: 'NPM_TOKEN', B: 'AWS_KEY' } })])
  expect(state).toBe('failed')
  expect(jobs[0]).toMatchObject({ state: 'failed', errorCode: 'secret_missing', startedAt: null })
  const said =
    'The secrets AWS_KEY, NPM_TOKEN are not defined for this build. Set them: hm secret set AWS_KEY; hm secret set NPM_TOKEN'
  expect(jobs[0]?.errorMessage).toBe(said)
  expect(await logOf(bench, jobs[0])).toBe(`<${said}>`)
})

test('an unavailable image is replaced by the host base, with a remark in the log', async () => {
  const { state, jobs } = await run(bench, [step('echo ran', { image: '127.0.0.1:9/no/such:image' })])
  expect(await logOf(bench, jobs[0])).toMatch(
    /^<Could not pull 127\.0\.0\.1:9\/no\/such:image \(127\.0\.0\.1:9 refuses connections\); using this machine's tools instead\.><image host instead of 127\.0\.0\.1:9\/no\/such:image \(sha256:[0-9a-f]{12}\)>ran\n$/,
  )
  expect(jobs[0]?.substitutedImage).toBe('127.0.0.1:9/no/such:image')
  expect(state).toBe('passed')
})

test('G22 a step that exceeds its memory limit fails with out_of_memory', async () => {
  const greedy = 'x=$(head -c 200000000 /dev/zero | tr "\\0" a); echo "$x" | wc -c'
  const { jobs } = await run(bench, [step(greedy, { resources: { cpu: 1, memoryGb: 0.0625, diskGb: 1 } })])
  expect(jobs[0]).toMatchObject({ state: 'failed', errorCode: 'out_of_memory' })
})

test('G24 no part of a sandbox remains after its job has ended', async () => {
  await run(bench, [step('sleep 300 & true'), step('false')])
  await expect.poll(() => bench.driver.list()).toEqual([])
})

test('the log of a root step begins with its image', async () => {
  const { digest } = await bench.driver.resolveImage('host')
  const { jobs } = await run(bench, [step('true'), step('true', { buildsIn: 0 })])
  const remarks = jobs.map(async (job) =>
    (await bench.store.logs.read(job.id, 0, Number.MAX_SAFE_INTEGER)).map(({ kind, content }) => [
      kind,
      String(content),
    ]),
  )
  expect(await Promise.all(remarks)).toEqual([[[2, `image host (${digest.slice(0, 19)})\n`]], []])
})

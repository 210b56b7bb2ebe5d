import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Build } from '../../core/model.ts'
import { archive, type Bench, openBench, run, step } from '../runner.test-support.ts'
import type { ShellRequest } from './open-shell.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const noSandboxes = async (of = bench) => expect.poll(() => of.driver.list()).toEqual([])

function open({ id, jobs }: Build, slot: number, request: Partial<ShellRequest>, of = bench) {
  const whole = { buildId: id, jobId: jobs[slot]?.id ?? '', before: false, script: null, size: null, ...request }
  return of.engine.openShell(whole)
}

async function ask(build: Build, slot: number, request: Partial<ShellRequest>, of = bench) {
  const { output, errors, exited } = await open(build, slot, request, of)
  const [out, err, exit] = await Promise.all([text(output), text(errors), exited()])
  return { out, err, code: exit.code }
}

/** Resolves when the output contains the text, and keeps reading. */
async function said(output: Readable, words: string): Promise<void> {
  let seen = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  output.setEncoding('utf8').on('data', (piece: string) => {
    seen += piece
    if (seen.includes(words)) resolve()
  })
  output.once('end', () => reject(new Error(`it ended, and had said ${JSON.stringify(seen)}`)))
  await promise
}

test('a shell shows the files that a failed step left or started from, with its environment, directory and secrets', async () => {
  bench.secrets.set('token', { value: 'tok-1234567890', id: 'org/token' })
  const source = await archive(bench, { 'a.txt': 'one\n' })
  const build = await run(
    bench,
    [
      step('echo base > base'),
      step('echo made > made; exit 7', { buildsIn: 0, env: { A: 'step', B: 'step' }, secrets: { TOKEN: 'token' } }),
    ],
    { source, env: { B: 'build' }, injectedEnv: { CI: 'true' } },
  )
  const look = 'ls; pwd; echo $HOME $A $B $CI $TOKEN $HARMONT_STEP_KEY; cat /run/secrets/TOKEN; echo err >&2; exit 3'
  const facts = '/workspace\n/root step build true tok-1234567890 s1\ntok-1234567890'
  expect(await ask(build, 1, { script: look })).toEqual({
    out: `a.txt\nbase\nmade\n${facts}`,
    err: 'err\n',
    code: 3,
  })
  expect(await ask(build, 1, { script: look, before: true })).toMatchObject({ out: `a.txt\nbase\n${facts}` })
  expect(await ask(build, 0, { script: 'ls', before: true })).toMatchObject({ out: 'a.txt\n', code: 0 })
  // The shell changed only its own sandbox.
  await ask(build, 1, { script: 'rm made' })
  expect(await ask(build, 1, { script: 'cat made' })).toMatchObject({ out: 'made\n' })
  bench.secrets.delete('token')
  await expect(open(build, 1, { script: 'true' })).rejects.toMatchObject({ code: 'snapshot_gone' })
  expect(await ask(build, 1, { script: 'echo "<$TOKEN>"', before: true })).toMatchObject({ out: '<>\n' })
  await noSandboxes()
})

test('a shell for a build of a fork has no secrets, whatever the build requests', async () => {
  bench.secrets.set('token', { value: 'tok-1234567890', id: 'org/token' })
  const build = await run(bench, [step('exit 1', { secrets: { TOKEN: 'token' } })], { trust: 'fork' })
  expect(await ask(build, 0, { script: 'echo "<$TOKEN>"; ls /run/secrets' })).toMatchObject({ out: '<>\n' })
  expect(await ask(build, 0, { script: 'echo "<$TOKEN>"', before: true })).toMatchObject({ out: '<>\n' })
})

test('an interactive shell is bash on a terminal, or reads commands from a pipe', async () => {
  const build = await run(bench, [step('exit 1', { env: { TERM: 'dumb' } })])
  const shell = await open(build, 0, { size: { columns: 91, rows: 22 } })
  shell.input.write('stty size; echo "$BASH/$TERM"\n')
  await said(shell.output, 'bash/xterm-256color')
  shell.input.write('exit 5\n')
  expect((await shell.exited()).code).toBe(5)
  const piped = await open(build, 0, {})
  piped.input.end('pwd\nexit 4\n')
  expect([await text(piped.output), (await piped.exited()).code]).toEqual(['/workspace\n', 4])
  await noSandboxes()
})

test('a shell for an unknown job, or for one without kept files, is refused', async () => {
  const build = await run(bench, [step('true'), step('exit 1')])
  await expect(open(build, 7, {})).rejects.toMatchObject({ name: 'ShellUnavailable', code: 'job_not_found' })
  await expect(open({ ...build, id: 'none' }, 0, {})).rejects.toMatchObject({ code: 'job_not_found' })
  await expect(open(build, 0, {})).rejects.toMatchObject({ code: 'snapshot_gone' })
  // The sandbox keeps changes as long as it exists.
  await noSandboxes()
  await bench.driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 })
  await expect(open(build, 1, {})).rejects.toMatchObject({ code: 'snapshot_gone' })
})

test("a shell's output remains after its end, and its sandbox is destroyed once the output is read or discarded", async () => {
  const build = await run(bench, [step('exit 1')])
  const short = await open(build, 0, { script: 'seq 1000' })
  expect((await short.exited()).code).toBe(0)
  expect(await text(short.output)).toHaveLength(3_893)
  expect((await ask(build, 0, { script: 'seq 100000' })).out).toHaveLength(588_895)
  const left = await open(build, 0, { script: 'seq 10; sleep 300' })
  await left.kill()
  left.output.destroy()
  left.errors.destroy()
  await noSandboxes()
})

test('a shell that leaves directories nested deeper than a path may be ends like any other', async () => {
  const build = await run(bench, [step('exit 1')])
  const script = `perl -e 'for (1..20) { mkdir "d" x 255 and chdir "d" x 255 or die }'`
  expect(await ask(build, 0, { script })).toEqual({ out: '', err: '', code: 0 })
  await noSandboxes()
})

test('an idle shell is ended after a while, with a reason', async () => {
  const own = await openBench({ runner: { settings: { shells: { longestMs: 3_600_000, idleMs: 1_500 } } } })
  try {
    const build = await run(own, [step('exit 1')])
    const idle = await ask(build, 0, { script: 'echo up; sleep 300' }, own)
    expect([idle.out, idle.code, idle.err]).toEqual(['up\n', 137, expect.stringContaining('idle for')])
  } finally {
    await own.close()
  }
})

test('a busy shell ends after its time limit, with a reason', async () => {
  const own = await openBench({ runner: { settings: { shells: { longestMs: 1_000, idleMs: 3_600_000 } } } })
  try {
    const build = await run(own, [step('exit 1')])
    const busy = await ask(build, 0, { script: 'while :; do echo on; sleep 0.1; done' }, own)
    expect([busy.code, busy.err]).toEqual([137, expect.stringContaining('open for')])
  } finally {
    await own.close()
  }
})

test('a shell ends with the engine', async () => {
  const build = await run(bench, [step('exit 1')])
  const last = await open(build, 0, { script: 'echo up; sleep 300' })
  await said(last.output, 'up')
  await bench.engine.close()
  expect((await last.exited()).code).toBe(137)
  expect(await bench.driver.list()).toEqual([])
  await bench.restart()
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../core/model.ts'
import { type Bench, logOf, openBench, run, step } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const append = { max: 10, secrets: [], idTokens: [], egress: null } as const
const leave = (script: string) => `mkdir -p "$HARMONT_OUTPUT/steps"; cd "$HARMONT_OUTPUT/steps"; ${script}`
const document = (...steps: readonly Record<string, unknown>[]) =>
  JSON.stringify({ version: '0', steps: steps.map((one) => ({ type: 'command', ...one })) })
const keysOf = async (id: string) => (await bench.store.builds.load(id))?.build.steps.map(({ key }) => key).slice(1)

test('G117 appended steps run from the files of their generator, and a cache hit appends the same', async () => {
  const child = document(
    { key: 'child', cmd: 'cat /made' },
    { key: 'alone', image: 'host', cmd: 'ls /made || echo none' },
  )
  const generator = step(`echo made >/made; ${leave(`printf %s '${child}' >plan.json; echo no >plan.txt`)}`, {
    append,
    cacheKey: 'generator',
  })
  for (const isCached of [false, true]) {
    const { id, state, jobs } = await run(bench, [generator])
    expect([state, jobs[0]?.cached]).toEqual(['passed', isCached])
    expect(await keysOf(id)).toEqual(['child', 'alone'])
    expect(await logOf(bench, jobs[1] as Job)).toContain('made\n')
    expect(await logOf(bench, jobs[2] as Job)).toContain('none\n')
  }
})

test('G117 an entry from before a step became a generator is not a hit for the generator', async () => {
  const command = leave(`printf %s '${document({ key: 'late', image: 'host', cmd: 'true' })}' >plan.json`)
  await run(bench, [step(command, { cacheKey: 'became' })])
  const { id, jobs } = await run(bench, [step(command, { append, cacheKey: 'became' })])
  expect([jobs[0]?.cached, await keysOf(id)]).toEqual([false, ['late']])
})

test('G118 hostile files append nothing, fail the generator and give access to nothing else', async () => {
  const told = async (script: string) => {
    const { id, jobs } = await run(bench, [step(leave(script), { append })])
    expect([jobs[0]?.state, jobs[0]?.errorCode, await keysOf(id)]).toEqual(['failed', 'append_refused', []])
    return jobs[0]?.errorMessage
  }
  const noFile = /"steps\/x\.json" is no file, or with it the documents of steps have more than 8388608 bytes/
  for (const script of ['ln -s /etc/passwd x.json', 'mkfifo x.json', 'mkdir x.json', 'truncate -s 9M x.json'])
    expect(await told(script), script).toMatch(noFile)
  expect(await told('cd ..; rmdir steps; ln -s /etc steps')).toMatch(/steps` is no directory/)
  expect(await told('for i in $(seq 1001); do echo "{}" >$i.json; done')).toMatch(
    /1001 documents of steps; at most 1000/,
  )
  expect(await told(`head -c 1000000 /dev/zero | tr '\\0' '[' >x.json`)).toMatch(/^x\.json: invalid_json/)
  expect(await told('echo "{" >"$(printf \'a\\nb\').json"')).toMatch(/invalid_json/)
})

test('G118 the value of a secret in a step document is masked before the document is stored', async () => {
  bench.secrets.set('token', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' })
  const script = leave(
    `printf '{"version":"0","steps":[{"type":"command","key":"t","image":"host","cmd":"echo %s"}]}' "$T" >x.json`,
  )
  const { id } = await run(bench, [step(script, { append, secrets: { T: 'token' } })])
  expect((await bench.store.builds.load(id))?.build.steps[1]?.command).toBe('echo ***')
})

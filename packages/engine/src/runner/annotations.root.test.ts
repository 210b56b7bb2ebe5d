import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../core/model.ts'
import { type Bench, logOf, openBench, run, step, submit, timedOut } from './runner.test-support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const shown = async (buildId: string) =>
  (await bench.store.outputs.annotations(buildId)).map(({ name, style, markdown }) => [name, style, markdown])
const inOutput = (script: string) => `cd "$HARMONT_OUTPUT"; mkdir annotations; ${script}`

test('G66 the annotations of a step are shown even if it failed, in order and with secrets masked', async () => {
  bench.secrets.set('token', { value: 'tok-7Hq2vLx9Zr4mWc8d', id: 'org/token' })
  const script = `echo "# Sum $T" >summary.md; cd annotations; echo b >b.md; echo a >a.error.md; echo w >deploy.eu.warning.md
    echo "$T" >"$T.success.md"; printf ' \\n' >empty.md; exit 3`
  const { id, state } = await run(bench, [step(inOutput(script), { secrets: { T: 'token' } })])
  expect(state).toBe('failed')
  expect(await shown(id)).toEqual([
    ['summary', 'summary', '# Sum ***\n'],
    ['a', 'error', 'a\n'],
    ['b', 'info', 'b\n'],
    ['deploy.eu', 'warning', 'w\n'],
    ['***', 'success', '***\n'],
  ])
})

test('G66 a cache hit shows the annotations of its entry', async () => {
  const cached = step(inOutput('echo kept >summary.md; echo ran'), { cacheKey: 'annotated' })
  const first = await run(bench, [cached])
  const second = await run(bench, [cached])
  expect(second.jobs[0]).toMatchObject({ cached: true })
  expect(await shown(second.id)).toEqual([['summary', 'summary', 'kept\n']])
  expect(await shown(second.id)).toEqual(await shown(first.id))
})

test('G66 a step that times out or is killed keeps its annotations so far', async () => {
  const id = await submit(bench, [step('echo t >"$HARMONT_OUTPUT/summary.md"; echo up; sleep 611')])
  const late = await timedOut(bench, id)
  expect([late.jobs[0]?.state, await shown(late.id)]).toEqual(['timed_out', [['summary', 'summary', 't\n']]])
  const killed = await run(bench, [step('echo k >"$HARMONT_OUTPUT/summary.md"; kill -9 $$')])
  expect(await shown(killed.id)).toEqual([['summary', 'summary', 'k\n']])
})

test('hostile files are left out by name, do not change the outcome, and give access to nothing else', async () => {
  const left = async (script: string): Promise<readonly [string | undefined, readonly unknown[], string]> => {
    const { id, jobs } = await run(bench, [step(inOutput(script))])
    return [jobs[0]?.state, await shown(id), await logOf(bench, jobs[0] as Job)]
  }
  expect(
    await left('ln -s /etc/shadow summary.md; ln -s /etc/shadow annotations/s.md; mkfifo annotations/f.md'),
  ).toEqual([
    'passed',
    [],
    '<annotations left out: "summary.md" is not a file of at most 65536 bytes; "annotations/f.md" is not a file of at most 65536 bytes; "annotations/s.md" is not a file of at most 65536 bytes>',
  ])
  const names = await left(
    `cd annotations; echo x >"$(printf 'a\\nb').md"; echo x >"$(printf 'r\\342\\200\\256l').md"; echo x >n.txt
    echo x >"$(printf '%0150d' 0).md"; truncate -s 1T big.md; head -c 65536 /dev/zero | tr '\\0' '[' >fits.md; printf '\\377' >>fits.md`,
  )
  expect(names.slice(0, 2)).toEqual(['passed', []])
  for (const name of ['"annotations/a\\nb.md"', 'n.txt', '0000.md', 'big.md', 'fits.md'])
    expect(names[2]).toContain(name)
  expect(await left('rm -r annotations; ln -s /etc annotations; echo s >summary.md')).toEqual([
    'passed',
    [['summary', 'summary', 's\n']],
    '<annotations left out: "annotations" is no directory>',
  ])
  const many = await left('for i in $(seq -w 500); do echo "$i" >"annotations/$i.md"; done')
  expect([many[0], many[1].length]).toEqual(['passed', 20])
  expect(many[2]).toMatch(
    /^<annotations left out: "annotations\/021\.md" exceeds the limit of 20 annotations; .*and 470 more>$/,
  )
})

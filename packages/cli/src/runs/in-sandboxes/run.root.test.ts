import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, linesOf, makeProject, type Project, remainsOf, statesOf } from './project.test-support.ts'

let project: Project
beforeAll(() => {
  project = makeProject(`
import { filesFrom, forever, onChange, pipeline, scratch, sh, split } from '@harmont/hm'
const base = scratch({ image: 'host' }).sh('echo made > made.txt; date +%N', { key: 'base', cache: forever() })
const bad = base.sh('echo before; test -e mended', { key: 'bad' })
const site = scratch({ image: 'host' }).sh('rm -rf dist; mkdir dist; cat a.txt > dist/app; date +%N > dist/../stamp', { key: 'site' })
export default [
  { slug: 'ok', pipeline: pipeline([
    base.sh('cat made.txt a.txt; echo wrong >&2; printf end', { key: 'test' }),
    base.sh('date +%N', { key: 'watched', cache: onChange('a.txt') }),
    base.sh('echo $LEVEL $HARMONT_LOCAL $CI $HARMONT_PIPELINE $HARMONT_STEP_KEY', { key: 'env', env: { LEVEL: 'low' } }),
  ]) },
  { slug: 'modes', pipeline: pipeline([base.sh('true', { key: 'watched', cache: onChange('a.txt', '**/*.js') })]) },
  { slug: 'fails', pipeline: pipeline([bad.sh('echo after', { key: 'after' }), base.sh('sleep 30', { key: 'long' })]) },
  { slug: 'secret', pipeline: pipeline([base.sh('echo "$TOKEN"; test "\${#TOKEN}" = 11', { key: 'uses', secrets: ['TOKEN'] }),
    base.sh('true', { key: 'other', secrets: ['MORE'] })]) },
  { slug: 'long', pipeline: pipeline([base.sh('trap "echo told; exit 0" TERM; echo begun; sleep 30 & wait', { key: 'long' })]) },
  { slug: 'away', pipeline: pipeline([sh('true', { key: 'pulls', image: '127.0.0.1:9/no/such:image' })]) },
  { slug: 'history', pipeline: pipeline([base.sh('git describe --tags; git log --format=%s; touch .git/x .git/objects/x 2>&1', { key: 'described' })]) },
  { slug: 'appends', pipeline: pipeline([sh('sh plan.sh', { key: 'plan', image: 'host', append: { max: 1 } })]) },
  { slug: 'inputs', pipeline: pipeline([
    site.sh('cat dist/app', { key: 'reads' }),
    sh('cat web/dist/app; ls', { key: 'deploy', image: 'host', cache: forever(), inputs: filesFrom(site, 'dist/**', 'web') }),
    sh('true', { key: 'lacks', image: 'host', softFail: true, inputs: [filesFrom(site, 'no/*'), filesFrom(site, 'x', { optional: true })] }),
  ]) },
  { slug: 'artifacts', pipeline: pipeline([
    scratch({ image: 'host' }).sh('mkdir -p dist/a; date +%N >dist/a/x; seq 400000 >dist/large; ln -s /etc/passwd dist/out', { key: 'a/b', cache: forever(), artifacts: ['dist/**'] }),
    scratch({ image: 'host' }).sh('echo lost >dist; test -e mended', { key: 'fails', artifacts: { path: 'dist', when: 'failed' } }),
  ]) },
  { slug: 'tested', pipeline: pipeline([sh('echo "<testsuite><testcase name=\\"adds\\"><failure message=\\"no\\">at f (/workspace/a.txt:7:1)</failure></testcase><testcase name=\\"b\\"/></testsuite>" >r.xml; exit 1', { key: 'tests', image: 'host', tests: 'r.xml' })]) },
  { slug: 'split', pipeline: pipeline([split(2, { files: 't/*.t' }, () => scratch({ image: 'host' }).sh('for f in $(cat $HARMONT_SPLIT); do echo "<testcase name=\\x27$f\\x27 file=\\x27$f\\x27 time=\\x27$(cat $f)\\x27/>"; done | sed "1i <testsuite>" >r.xml; echo "</testsuite>" >>r.xml; paste -sd " " $HARMONT_SPLIT; ! grep -q b.t $HARMONT_SPLIT || test -e green', { label: 'shard', tests: 'r.xml' }))]) },
  { slug: 'notes', pipeline: pipeline([sh('cd $HARMONT_OUTPUT; echo "# Sum" >summary.md; mkdir annotations; printf "\\\\033[31mred" >annotations/n.error.md; exit 1', { key: 'writes', image: 'host' })]) },
]`)
  project.write('a.txt', 'one\n')
})
afterAll(() => project[Symbol.asyncDispose]())

describe('a run', () => {
  test('gives each step its parent’s files, the source, and the variables; splits lines by stream', async () => {
    const { code, events } = await project.run('ok', '-e', 'LEVEL=high')
    expect(code).toBe(0)
    expect(statesOf(events)).toEqual({ base: 'passed', test: 'passed', watched: 'passed', env: 'passed' })
    const lines = eventsOf(events, 'test').flatMap((event) =>
      event.kind === 'step_log' ? [[event.stream, event.line]] : [],
    )
    expect(lines.filter(([stream]) => stream === 'stdout')).toEqual(
      ['made', 'one', 'end'].map((line) => ['stdout', line]),
    )
    expect(lines).toContainEqual(['stderr', 'wrong'])
    expect(linesOf(events, 'env')).toEqual(['high true true ok env'])
    expect(events.at(0)).toMatchObject({ kind: 'build_start', plan: { step_count: 4, chain_count: 1 } })
    expect(events.at(-1)).toMatchObject({ kind: 'build_end', exit_code: 0, state: 'passed' })
  })

  test('reports which tests failed and where, before the end of their step, and in hm status', async () => {
    const { code, events } = await project.run('tested')
    expect(code).toBe(1)
    const failures = [{ name: 'adds', file: 'a.txt', line: 7, message: 'no' }]
    const told = eventsOf(events, 'tests').filter(({ kind }) => kind === 'tests' || kind === 'step_end')
    expect(told).toMatchObject([{ passed: 1, failed: 1, skipped: 0, failures }, { kind: 'step_end' }])
    const [{ tests }] = JSON.parse((await project.hm('status', '--json')).stdout).steps
    expect(tests).toEqual({ passed: 1, failed: 1, skipped: 0, failures })
    expect((await project.hm('status')).stdout).toContain('  adds  a.txt:7\n')
  })

  test('announces and shows the annotations of a step, and hm status shows them again', async () => {
    const { code, events, stderr } = await project.run('notes')
    expect(code).toBe(1)
    expect(eventsOf(events, 'writes').flatMap((event) => (event.kind === 'annotation' ? [event] : []))).toMatchObject([
      { name: 'summary', style: 'summary', markdown: '# Sum\n' },
      { name: 'n', style: 'error', markdown: '\u001b[31mred' },
    ])
    const { stdout } = await project.hm('status')
    expect(stdout).toContain('summary of writes\n  # Sum\nerror: n (writes)\n  red\n')
    const [{ annotations }] = JSON.parse((await project.hm('status', '--json')).stdout).steps
    expect(annotations).toHaveLength(2)
    expect(stderr).not.toContain('\u001b')
  })

  test('sees the history of a checkout, and cannot change it', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project.directory })
    git('init', '--quiet', '-b', 'main')
    git('add', '.')
    git('commit', '--quiet', '-m', 'the first')
    git('tag', 'v1')
    try {
      const { events } = await project.run('history')
      expect(linesOf(events, 'described')).toEqual([
        'v1',
        'the first',
        expect.stringMatching(/\.git\/x.*: Read-only file system/),
        expect.stringMatching(/objects\/x.*: Read-only file system/),
      ])
    } finally {
      execFileSync('rm', ['-r', '.git'], { cwd: project.directory })
    }
  })

  test('G67 writes the artifacts of its steps below a directory, also for cached steps', async () => {
    const made = (out: string) =>
      ['a_b/dist/a/x', 'a_b/dist/large', 'fails/dist'].map((path) => readFileSync(join(project.directory, out, path)))
    const kept = async (out: string) => {
      const { events, stderr } = await project.run('artifacts', '--keep-going', '--artifacts', out)
      const artifacts = events.flatMap((event) => (event.kind === 'artifact' ? event : []))
      expect(artifacts.map(({ path }) => path).sort()).toEqual(['dist', 'dist/a/x', 'dist/large'])
      expect(readdirSync(join(project.directory, out, 'a_b/dist')).sort()).toEqual(['a', 'large'])
      return { artifacts, events, stderr }
    }
    const first = await kept('out')
    const large = first.artifacts.find(({ path }) => path === 'dist/large')
    const [, bytes = Buffer.alloc(0), last] = made('out')
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(large?.sha256)
    expect([large?.size, last?.toString()]).toEqual([2_688_895, 'lost\n'])
    rmSync(join(project.cache, 'local', 'parts'), { recursive: true })
    const second = await kept('again')
    expect(statesOf(second.events)).toEqual({ 'a/b': 'cached', fails: 'failed' })
    expect(made('again')).toEqual(made('out'))
    for (const out of ['out', 'again']) rmSync(join(project.directory, out), { recursive: true })
  })

  test('reuses the results of an earlier run, names that run, and names the file whose change made a step run again', async () => {
    await project.run('ok')
    const second = await project.run('ok')
    expect(statesOf(second.events)).toMatchObject({ base: 'cached', watched: 'cached', test: 'passed' })
    const [hit] = eventsOf(second.events, 'watched').filter(({ kind }) => kind === 'step_cache_hit')
    expect(hit).toMatchObject({ tag: expect.stringMatching(/^ok #\d+$/) })
    project.write('a.txt', 'two\n')
    expect(statesOf((await project.run('ok')).events)).toMatchObject({ base: 'cached', watched: 'passed' })
    const told = JSON.parse((await project.hm('cache', 'explain', 'watched', '--json')).stdout)
    expect(told).toMatchObject({
      step: 'watched',
      cached: true,
      cached_from: null,
      changes: ['file a.txt changed'],
      rule: expect.stringMatching(/of this machine/),
    })
    expect(JSON.parse((await project.hm('cache', 'explain', 'base', '--json')).stdout)).toMatchObject({ changes: [] })
  })

  test('G09 runs a step again if only the mode or name of a watched file changed, and names the file', async () => {
    await project.run('ok')
    const cases = [
      ['chmod +x a.txt', ['file a.txt became executable']],
      ['mkdir src; mv one.js src/a.js', ['file one.js was renamed to src/a.js']],
    ] as const
    project.write('one.js', '1')
    await project.run('modes')
    for (const [command, changes] of cases) {
      execFileSync('sh', ['-c', command], { cwd: project.directory })
      expect(statesOf((await project.run('modes')).events), command).toMatchObject({ watched: 'passed' })
      const told = JSON.parse((await project.hm('cache', 'explain', 'watched', '--json')).stdout)
      expect(told, command).toMatchObject({ cached: true, cached_from: null, changes })
      expect(statesOf((await project.run('modes')).events), command).toMatchObject({ watched: 'cached' })
    }
    execFileSync('sh', ['-c', 'chmod -x a.txt; rm -r src'], { cwd: project.directory })
  })

  test('explains why an appended step ran again', async () => {
    project.write(
      'plan.sh',
      `mkdir "$HARMONT_OUTPUT/steps"; cat >"$HARMONT_OUTPUT/steps/a.json" <<END
{"version":"0","steps":[{"type":"command","key":"made","cmd":"true","image":"host","cache":{"policy":"on_change","paths":["a.txt"],"key":"$(cksum <a.txt)"}}]}
END`,
    )
    const explained = async () => JSON.parse((await project.hm('cache', 'explain', 'made', '--json')).stdout)
    expect(statesOf((await project.run('appends')).events)).toEqual({ plan: 'passed', made: 'passed' })
    expect(await explained()).toMatchObject({ cached: true, compared_with: null })
    expect(statesOf((await project.run('appends')).events)).toEqual({ plan: 'passed', made: 'cached' })
    project.write('a.txt', 'three\n')
    expect(statesOf((await project.run('appends')).events)).toEqual({ plan: 'passed', made: 'passed' })
    expect(await explained()).toMatchObject({ cached: true, changes: expect.arrayContaining(['file a.txt changed']) })
    project.write('a.txt', 'one\n')
    rmSync(join(project.directory, 'plan.sh'))
  })

  test('G65 gives a step files of another one, also with --step, and reports that they changed when it reruns for them', async () => {
    project.write('a.txt', 'one\n')
    const { events } = await project.run('inputs')
    expect(statesOf(events)).toMatchObject({ site: 'passed', deploy: 'passed', lacks: 'failed' })
    expect(linesOf(events, 'deploy')).toEqual(['one', 'a.txt', 'web'])
    const [lacking] = eventsOf(events, 'lacks').filter(({ kind }) => kind === 'step_end')
    expect(JSON.stringify(lacking)).toContain('The step site left no files that match the input \\"no/*\\".')
    const again = await project.run('inputs', '--step', 'deploy')
    expect(statesOf(again.events)).toEqual({ site: 'passed', deploy: 'cached' })
    project.write('a.txt', 'two\n')
    const changed = await project.run('inputs', '--step', 'deploy')
    expect(statesOf(changed.events)).toEqual({ site: 'passed', deploy: 'passed' })
    const told = JSON.parse((await project.hm('cache', 'explain', 'deploy', '--json')).stdout)
    expect(told).toMatchObject({ cached: true, cached_from: null, changes: ['input dist/** of site changed'] })
    const planned = JSON.parse((await project.hm('run', 'inputs', '--step', 'deploy', '--dry-run', '--json')).stdout)
    expect(planned.steps).toMatchObject([{ key: 'site' }, { key: 'deploy', depends_on: ['site'] }])
  })

  test('with --no-cache runs all steps again and stores their results; with a key only that step and the steps built on it', async () => {
    const [before] = linesOf((await project.run('ok', '--no-cache')).events, 'watched')
    const anew = await project.run('ok', '--no-cache=watched')
    expect(statesOf(anew.events)).toMatchObject({ base: 'cached', watched: 'passed' })
    expect(linesOf(anew.events, 'watched')).not.toEqual([before])
    expect(statesOf((await project.run('ok', '--no-cache=base')).events)).toMatchObject({
      base: 'passed',
      watched: 'passed',
    })
    expect(statesOf((await project.run('ok')).events)).toMatchObject({ base: 'cached', watched: 'cached' })
  })

  test('with --step runs these steps and their dependencies', async () => {
    const { events } = await project.run('ok', '--step', 'test')
    expect(Object.keys(statesOf(events))).toEqual(['base', 'test'])
    expect(await project.hm('run', 'ok', '--step', 'nope')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('base, test'),
    })
  })

  test('with keys of steps runs the pipeline that contains them', async () => {
    expect(Object.keys(statesOf((await project.run('test', 'env')).events))).toEqual(['base', 'test', 'env'])
    expect(Object.keys(statesOf((await project.run('ok', 'test')).events))).toEqual(['base', 'test'])
    expect(Object.keys(statesOf((await project.run('-p', 'ok', 'test')).events))).toEqual(['base', 'test'])
  })

  test('with --dry-run only plans', async () => {
    const runs = readdirSync(join(project.cache, 'local', 'runs')).length
    const { code, stdout } = await project.hm('run', 'ok', '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'ok',
      source: { files: 2 },
      steps: [{ key: 'base' }, {}, {}, {}],
    })
    expect(readdirSync(join(project.cache, 'local', 'runs'))).toHaveLength(runs)
  })
})

describe('a failure', () => {
  test('stops the other steps; with -k only the steps that depend on it do not run', async () => {
    const fast = await project.run('fails')
    expect(fast.code).toBe(1)
    expect(statesOf(fast.events)).toMatchObject({ bad: 'failed', after: 'skipped', long: 'canceled' })
    expect(fast.events).toContainEqual(
      expect.objectContaining({ kind: 'chain_failed', failed_step_key: 'bad', exit_code: 1 }),
    )
    const going = await project.run('fails', '-k', '--step', 'after')
    expect([going.code, statesOf(going.events)]).toEqual([1, { base: 'cached', bad: 'failed', after: 'skipped' }])
    expect(eventsOf(going.events, 'after').at(-1)).toMatchObject({ kind: 'step_skipped', reason: 'bad failed' })
  })

  test('is in hm logs, and hm retry runs it and the steps it blocked, with the current files', async () => {
    await project.run('fails', '-k', '-s', 'after')
    expect((await project.hm('logs', '--failed')).stdout).toBe('[bad] before\n')
    expect((await project.hm('logs', 'bad', '-n', '0')).stdout).toBe('')
    expect((await project.hm('logs', '--step', 'bad')).stdout).toBe('before\n')
    expect((await project.hm('why')).stdout).toMatch(
      /failed bad: exit 1 after .*\n {2}before\n[\s\S]*\nafter +skipped +bad failed\n/,
    )
    expect((await project.hm('why', 'base')).stdout).toMatch(
      /^base in run \d+ of fails: passed\n {2}cached: taken from \w+ #\d+\n$/,
    )
    expect((await project.hm('status')).stdout).toMatch(/ failed +bad .*exit 1\n[\s\S]*\nnext: hm logs --failed/)
    const [last] = JSON.parse((await project.hm('history', '--json')).stdout).data
    expect(last).toMatchObject({ pipeline: 'fails', state: 'failed', failed: ['bad'] })
    project.write('mended', '')
    const again = await project.hm('retry')
    expect(again.code, again.stderr).toBe(0)
    expect((await project.hm('logs', 'after')).stdout).toBe('after\n')
    const run = JSON.parse(lastFile(project, 'run.json'))
    expect(run).toMatchObject({ slug: 'fails', retryOf: run.number - 1, only: ['base', 'bad', 'after'] })
    expect(await project.hm('retry')).toMatchObject({ code: 0, stderr: expect.stringContaining('no step of run') })
  })
})

test('G73 deals out by the durations of earlier runs, and hm retry keeps the deal of its run', async () => {
  for (const [name, seconds] of Object.entries({ a: 9, b: 1, c: 2, d: 3 })) project.write(`t/${name}.t`, `${seconds}`)
  const first = await project.run('split', '-k')
  const shards = ({ events }: typeof first) => ['shard-1-2', 'shard-2-2'].map((key) => linesOf(events, key).join())
  expect([first.code, shards(first)]).toEqual([1, ['t/a.t t/c.t', 't/b.t t/d.t']])
  project.write('green', '')
  rmSync(join(project.directory, 't/d.t'))
  expect((await project.hm('retry')).code).toBe(0)
  expect((await project.hm('logs', 'shard-2-2')).stdout).toMatch(/^t\/b\.t$/m)
  const second = await project.run('split')
  expect([second.code, shards(second)]).toEqual([0, ['t/a.t', 't/b.t t/c.t']])
})

describe('a run reports its errors before a step starts', () => {
  test.each([
    ['all missing secrets', ['secret'], 5, 'MORE, TOKEN'],
    ['no pipeline and no step', ['nope'], 6, 'no pipeline or step is called "nope"'],
    ['a slip', ['secert'], 6, 'did you mean hm run secret?'],
    ['a step of several pipelines', ['watched'], 6, 'name one: hm run modes watched'],
    ['several to choose from', [], 6, 'several pipelines'],
    ['a missing file of variables', ['ok', '--env-file', 'nope'], 2, 'nope'],
    [
      'a place for artifacts that is a file',
      ['ok', '--artifacts', 'a.txt'],
      2,
      '--artifacts: cannot make the directory a.txt',
    ],
    ['a shell on failure', ['ok', '--shell-on-failure'], 2, 'needs a terminal'],
    [
      'a place for artifacts, left behind',
      ['ok', '--cloud', '--detach', '--artifacts', 'out'],
      2,
      '--artifacts needs hm to follow the build',
    ],
    ['flags of the server', ['ok', '--detach'], 2, '--cloud'],
  ])('%s', async (_, args, code, words) => {
    expect(await project.hm('run', ...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
  })

  test('a source over its limit, with its largest file and the line that excludes it', async () => {
    const large = join(project.directory, 'disk.iso')
    writeFileSync(large, '')
    truncateSync(large, 3 * 1024 ** 3)
    const { code, stderr } = await project.hm('run', 'ok')
    rmSync(large)
    expect(code).toBe(8)
    expect(stderr).toMatch(
      /^error\[source_too_large\]: the source is 3.2 GB, more than 2.1 GB; .*\n +3.2 GB {2}disk.iso\n/,
    )
    expect(stderr).toContain('fix: add files that the build does not need to .hmignore:\n/disk.iso\n')
  })
})

test('run, log and shell explain an unavailable image in the same words, and none reports a defect', async () => {
  const why =
    "Could not pull 127.0.0.1:9/no/such:image: 127.0.0.1:9 refuses connections. To run on this machine's tools instead: hm config set sandbox.image_fallback host-any"
  const { code, events } = await project.run('away')
  expect(code).toBe(1)
  const told = eventsOf(events, 'pulls').flatMap((event) => (event.kind === 'step_waiting' ? event.reason : []))
  expect(told).toEqual(['runner', 'preparation'])
  expect(eventsOf(events, 'pulls').at(-1)).toMatchObject({ error_code: 'provision_failed', message: why })
  expect((await project.hm('logs', '--failed')).stdout).toBe(`[pulls] ${why}\n`)
  const shell = await project.hm('shell', 'pulls', '--cmd', 'true')
  expect([shell.code, shell.stderr]).toEqual([
    5,
    expect.stringContaining(`error[step_not_started]: pulls did not start, so it left no file system to open: ${why}`),
  ])
  const before = await project.hm('shell', 'pulls', '--before', '--cmd', 'true')
  expect([before.code, before.stderr]).toEqual([4, `error[image_unavailable]: ${why}\n`])
})

test('a secret reaches its step and no log', async () => {
  project.write('.hm/secrets.env', 'TOKEN=tell-nobody\n')
  const { code, events } = await project.run('secret', '--secret', 'MORE=x')
  expect(code).toBe(0)
  expect(linesOf(events, 'uses')).toEqual(['***'])
  expect(JSON.stringify(events)).not.toContain('tell-nobody')
  expect(lastFile(project, 'events.jsonl') + lastFile(project, 'logs/1-1.jsonl')).not.toContain('tell-nobody')
})

describe('a run ends after', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('%s: steps get SIGTERM, exit %i', async (signal, code) => {
    const run = project.start('run', 'long')
    await run.wrote('begun')
    run.child.kill(signal)
    expect(await run.ended, run.text()).toBe(code)
    expect(run.text()).toContain('told')
    expect(lastFile(project, 'events.jsonl')).toMatch(/"kind":"build_end".*"canceled"/)
  })

  test('hm cancel, in another terminal: exit 130', async () => {
    const run = project.start('run', 'long')
    await run.wrote('begun')
    expect((await project.hm('status')).stdout).toMatch(/ running +long /)
    const canceled = await project.hm('build', 'cancel', '--yes')
    expect(canceled).toMatchObject({ code: 0, stderr: expect.stringMatching(/^run \d+ of long: canceled\n$/) })
    expect(await run.ended, run.text()).toBe(130)
    expect(await project.hm('cancel', '--yes')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('nothing is running here'),
    })
  })

  test('the end of its reader: it is canceled as by SIGTERM, and leaves nothing', async () => {
    const run = project.start('run', 'long', '--format', 'json')
    await run.wrote('build_start')
    run.child.stdout?.destroy()
    expect(await run.exited).toBe(143)
    expect(lastFile(project, 'events.jsonl')).toMatch(/"kind":"build_end".*"canceled"/)
    await expect.poll(() => remainsOf(project)).toEqual([])
  })

  test('its time limit: exit 124', async () => {
    const { code, events } = await project.run('long', '--timeout', '1s')
    expect(code).toBe(124)
    expect(events.at(-1)).toMatchObject({ kind: 'build_end', error_code: 'pipeline_timeout' })
  })
})

function lastFile({ cache }: Project, name: string): string {
  const runs = join(cache, 'local', 'runs')
  const last = Math.max(...readdirSync(runs).map(Number))
  return readFileSync(join(runs, String(last), name), 'utf8')
}

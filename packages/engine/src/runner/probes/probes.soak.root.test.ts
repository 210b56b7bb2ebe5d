/** Tests proofs of red steps by a separate engine with real sandboxes. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedService, PlannedStep } from '@harmont/ir'
import { importServiceImages, serviceImages } from '@harmont/outside/service-images'
import { effort, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Job } from '../../core/model.ts'
import type { BuildContext } from '../../store.ts'
import { makeOutsideEngine, type OutsideEngine } from '../outside-engine.test-support.ts'
import { archive, logOf, openImages, settled, step, submit } from '../runner.test-support.ts'
import { service } from '../services/keeper.test-support.ts'

let engine: OutsideEngine
beforeAll(async () => {
  await openImages().resolve('host')
  engine = await makeOutsideEngine()
  await engine.start()
})
afterAll(() => engine.remove())
beforeEach(async () => {
  await engine.pool.query('truncate engine.test_results, engine.test_verdicts')
})

const artifacts = [{ path: 'junit.xml', when: 'always', kind: 'junit', expiresSeconds: null, required: false }] as const
const tests = { forks: 10, budgetSeconds: 300, rerun: null, quarantine: false }
const testing = (script: string, more: Partial<PlannedStep> = {}) =>
  step(`${shell}\n${script}\nended`, { artifacts, tests, ...more })

/** `red NAME` and `green NAME` add a test; `ended` writes the report and exits red or green. */
const shell = `cases=; code=0
  green() { cases="$cases<testcase name='$1'/>"; }
  red() { cases="$cases<testcase name='$1'><failure/></testcase>"; code=1; }
  ended() { echo "<testsuite>$cases</testsuite>" >junit.xml; exit $code; }`

/** Each of these tests is red in a fifth of its runs. */
const flaky = (count: number) => `n=0
  for byte in $(od -An -v -w1 -N${count} -tu1 /dev/urandom); do
    n=$((n + 1)); if [ $byte -lt 51 ]; then red flaky$n; else green flaky$n; fi
  done`
const always = (result: 'red' | 'green', count: number) => `for i in $(seq ${count}); do ${result} ${result}$i; done`

/** Runs a build and its proofs to their ends. Returns the verdict on each red test. */
async function prove(steps: readonly Partial<PlannedStep>[], context: Partial<BuildContext> = {}) {
  const id = await submit(engine.bench, steps, context)
  const { jobs } = await settled(engine.bench, id)
  await until(
    async () => (await engine.pool.query('select from engine.probes where build_id = $1', [id])).rowCount === 0,
  )
  const { rows } = await engine.pool.query<{ name: string; verdict: string | null; forks: number; passes: number }>(
    `select c.name, v.verdict, v.forks, v.fork_passes as passes from engine.test_reports r
      join engine.test_results x on x.report = r.id join engine.test_cases c on c.id = x.test
      left join engine.test_verdicts v on v.report = r.id and v.test = x.test
      where r.build_id = $1 and x.state in ('f', 'e') order by c.name`,
    [id],
  )
  return { jobs, reds: rows }
}

test('G71 a test that is red in a fifth of its runs is flaky within ten runs, and one that is always red never is', async () => {
  for (let seen = 0; seen < scaled(5, 200); ) {
    const { reds } = await prove([testing(flaky(60))])
    for (const { name, verdict, passes } of reds) expect([name, verdict, passes]).toEqual([name, 'flaky', 1])
    expect(Math.max(...reds.map(({ forks }) => forks))).toBeLessThanOrEqual(10)
    seen += reds.length
  }
  const forks = scaled(1, 10)
  for (let seen = 0; seen < scaled(5, 1_000); ) {
    const red = always('red', scaled(5, 100))
    const { reds } = await prove([testing(`${red}\n${always('green', 3)}`, { tests: { ...tests, forks } })])
    for (const { name, ...rest } of reds) expect([name, rest]).toEqual([name, { verdict: 'fails', forks, passes: 0 }])
    seen += reds.length
  }
})

test('G71 a test that is red only together with others depends on their order, and runs alone if its step has a command for that', async () => {
  const rerun = `${shell}\n[ "$HARMONT_TEST_NAME" = second ] && green second; ended`
  const { reds } = await prove([
    testing('green first; red second', { tests: { ...tests, forks: scaled(1, 10), rerun } }),
  ])
  expect(reds).toEqual([{ name: 'second', verdict: 'order', forks: scaled(1, 10), passes: 0 }])
})

test('G71 a run has the environment and the files of the step, and changes nothing in its build', async () => {
  const blobs = new Map<string, Buffer>()
  const source = await archive({ blobs }, { 'src/a.txt': 'of the source' })
  await writeFile(join(engine.directory, source.blob), blobs.get(source.blob) ?? '')
  // The name of the test is a digest of all that the command sees, so a run that sees anything else
  // reports another test.
  const all = `red $({ env; cat /made src/a.txt given; ls -a . /; } | sort | sha256sum | cut -c 1-64)`
  const inputs = [{ from: 0, path: 'given', into: '', optional: false }]
  const { jobs, reds } = await prove(
    [
      step('echo taken >given'),
      step('echo by the parent >/made'),
      testing(all, {
        image: null,
        buildsIn: 1,
        dependsOn: [0],
        inputs,
        env: { A: 'b' },
        tests: { ...tests, forks: 1 },
      }),
    ],
    { source, env: { BUILD: 'c' } },
  )
  expect(reds).toMatchObject([{ verdict: 'fails', forks: 1 }])
  expect(jobs.map(({ state, attempt, fence }) => [state, attempt, fence])).toEqual([
    ['passed', 1, 1],
    ['passed', 1, 1],
    ['failed', 1, 1],
  ])
  const parts = await engine.pool.query('select from engine.test_reports where job_id = $1', [jobs[2]?.id])
  expect(parts.rowCount).toBe(1)
})

test('G71 each run has clones of the services of the step, and its output is kept', async () => {
  await importServiceImages(openImages())
  const image = serviceImages.postgres
  const db = (from: number | null): PlannedService => ({
    ...service('db', { image, command: null, from }),
    ready: { port: 5432, command: 'pg_isready -h 127.0.0.1', log: null, timeoutSeconds: 60 },
  })
  const query = (text: string) => `psql -h db -U postgres -Atqc "${text}"`
  // In soak runs, the database decides at random. Otherwise there are two runs, because starting it
  // is expensive.
  const isRed = effort === 1 ? 'true' : 'random() < 0.5'
  // A table that another run had changed would give the test another name.
  const script = `name=rows$(${query('insert into kept values (2); select count(*) from kept')})
    if [ "$(${query(`select ${isRed}`)})" = t ]; then red $name; else green $name; fi
    echo "$name by $(cat /proc/sys/kernel/random/uuid)"`
  const filled = step(query('create table kept (id int); insert into kept values (1)'), { image, services: [db(null)] })
  const more = { image, dependsOn: [0], services: [db(0)], tests: { ...tests, forks: scaled(2, 30) } }
  const once = () => prove([filled, testing(script, more)])
  let proved = await once()
  while (proved.reds.length === 0) proved = await once()
  const [red] = proved.reds
  expect(red).toMatchObject({
    name: 'rows2',
    ...(effort === 1 ? { verdict: 'fails', forks: 2 } : { verdict: 'flaky' }),
  })
  const { rows } = await engine.pool.query<{ id: string }>(
    'select id from engine.proof_runs where job_id = $1 order by number',
    [proved.jobs[1]?.id],
  )
  expect(rows).toHaveLength(red?.forks ?? 0)
  const logs = await Promise.all(rows.map(({ id }) => logOf(engine.bench, { id } as Job)))
  for (const log of logs) expect(log).toMatch(/rows2 by [0-9a-f-]{36}\n$/)
  expect(new Set(logs).size).toBe(logs.length)
})

test('G71 a run yields to jobs and does not survive a kill, and the proof then begins it again', async () => {
  const hanging = testing('red a', { tests: { ...tests, rerun: 'exec sleep 600' } })
  const id = await submit(engine.bench, [hanging])
  const probe = async () => (await engine.pool.query('select fork, lost from engine.probes')).rows[0]
  const running = () => readdir(join(engine.directory, 'sandboxes', 'sandboxes'))
  const begun = (other?: string) =>
    until(async () => {
      const found = await probe()
      const isNew = found?.fork && found.fork !== other && (await running()).includes(`${found.fork}-1`)
      return isNew ? (found as { readonly fork: string; readonly lost: number }) : undefined
    })
  const first = await begun()
  await settled(engine.bench, await submit(engine.bench, [step('true'), step('true')]))
  const second = await begun(first?.fork)
  expect(second?.lost).toBe(0)
  await engine.kill()
  await engine.start()
  const third = await begun(second?.fork)
  expect(third?.lost).toBe(1)
  expect(await until(running, (names) => !names.some((name) => name === `${second?.fork}-1`))).toHaveLength(1)
  expect((await engine.bench.store.builds.load(id))?.build.jobs).toMatchObject([{ state: 'failed', fence: 1, lost: 0 }])
})

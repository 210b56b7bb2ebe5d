import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Build } from '../core/model.ts'
import { archive, type Bench, logOf, openBench, run } from './runner.test-support.ts'

const output = '/var/lib/out/pipeline.json'
let bench: Bench
beforeAll(async () => {
  bench = await openBench({
    runner: {
      renderer: {
        image: 'host',
        mounts: async () => [{ source: import.meta.dirname, target: '/opt/tools' }],
        outputPath: output,
        command: (slug) =>
          `ls /opt/tools/render.root.test.ts >/dev/null && mkdir -p /var/lib/out && sh "/workspace/${slug}.sh" > ${output}`,
      },
    },
  })
})
afterAll(() => bench.close())

async function render(script: string): Promise<Build> {
  const source = await archive(bench, { 'ci.sh': script })
  return run(bench, { kind: 'render' }, { source, renderSlug: 'ci' })
}

const node = (cmd: string, fields = {}) => ({ step: { key: 'only', cmd, image: 'host', ...fields }, env: {} })
const document = (...nodes: object[]) =>
  JSON.stringify({ version: '0', graph: { nodes, node_holes: [], edge_property: 'directed', edges: [] } })

test('renders the pipeline from the source, without a network, and runs it', async () => {
  const {
    state,
    jobs,
    steps,
    render: job,
  } = await render(
    `echo note >&2; [ "$(ls /sys/class/net)" = lo ] || exit 5; cat <<'END'\n${document(node('echo "from $HARMONT_STEP_KEY"; ls'))}\nEND`,
  )
  expect(job).toMatchObject({ state: 'passed', exitCode: 0 })
  expect(steps.map(({ key }) => key)).toEqual(['only'])
  expect(await logOf(bench, jobs[0])).toBe('from only\nci.sh\n')
  expect(await logOf(bench, job ?? undefined)).toContain('note\n')
  expect(state).toBe('passed')
})

test('skips a rendered step whose condition does not hold', async () => {
  const { state, jobs } = await render(`echo '${document(node('false', { if: { branch: ['other'] } }))}'`)
  expect(jobs[0]).toMatchObject({ state: 'skipped', skipReason: 'condition' })
  expect(state).toBe('passed')
})

test('the error of a failed rendering is the last 4,000 characters of its stderr', async () => {
  const build = await render(`yes ä | head -c 30000 | tr -d '\\n' >&2; echo 'ci.ts:3: wrong' >&2; exit 1`)
  expect(build).toMatchObject({ state: 'failed', errorCode: 'render_failed' })
  expect(build.errorMessage).toMatch(/ä{2}ci\.ts:3: wrong$/)
  expect([...(build.errorMessage ?? '')]).toHaveLength(4_000)
})

test('the error of a failed rendering is the end of its stderr, even after megabytes of output', async () => {
  const build = await render(`yes 'some output' | head -n 2000000 >&2; echo 'ci.ts:3: wrong' >&2; exit 1`)
  expect(build).toMatchObject({ state: 'failed', errorCode: 'render_failed' })
  expect(build.errorMessage).toMatch(/some output\nsome output\nci\.ts:3: wrong$/)
})

test('a pipeline that cannot be run fails the build with the code of the error', async () => {
  expect(await render('echo "{}"')).toMatchObject({ state: 'failed', errorCode: 'bad_version' })
  expect(await render('true')).toMatchObject({ state: 'failed', errorCode: 'invalid_json' })
})

test('a source that is not an archive fails the build with source_invalid', async () => {
  const build = await run(
    bench,
    { kind: 'render' },
    { source: { kind: 'archive', sha256: '0'.repeat(64), blob: 'none' }, renderSlug: 'ci' },
  )
  expect(build).toMatchObject({ state: 'failed', errorCode: 'source_invalid' })
})

test('output beyond 16 MiB is refused', async () => {
  const build = await render('head -c 16777217 /dev/zero')
  expect(build).toMatchObject({ state: 'failed', errorCode: 'render_failed' })
  expect(build.errorMessage).toContain('16777217')
})

/**
 * Tests the path from a push to a finished check, with real sandboxes, a real git server, and a
 * GitHub double checked against its published API description.
 */
import { type Collector, startCollector } from '@harmont/outside/collector'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtBy, type Connected, concluded, discovered, startConnected } from './connected.ts'
import { idTokens, printToken, verifiedIn } from './token-in-log.ts'

const ci = 'harmont/acme-core-ci'
let it: Connected
let collector: Collector

const reported = "{ label: 'unit', tests: { report: 'junit.xml', forks: 2 } }"
const pipelines = (command: string, options = reported) => `import { pipeline, sh } from '@harmont/hm'
export default [
  {
    slug: 'ci',
    name: 'The CI',
    triggers: [{ event: 'push', branches: ['*'] }, { event: 'pull_request', types: ['opened', 'synchronize', 'closed'] }],
    pipeline: () => pipeline([sh(${JSON.stringify(command)}, ${options})], { defaultImage: 'host' }),
  },
  {
    slug: 'release',
    triggers: [{ type: 'push', tags: ['v*'] }],
    pipeline: () => pipeline([sh('test "$HARMONT_TAG" = v1.0 && cat a.txt')], { defaultImage: 'host' }),
  },
  {
    slug: 'docs',
    triggers: [{ event: 'push', branches: ['*'], paths: ['docs/**', '!docs/drafts/**'] }, { event: 'pull_request', paths_ignore: ['*.txt'] }],
    pipeline: () => pipeline([sh('ls docs')], { defaultImage: 'host' }),
  },
  {
    slug: 'deploy',
    triggers: [{ event: 'push', branches: ['rollout'] }],
    pipeline: () => pipeline([sh(${JSON.stringify(`test -n "$KEY"; ${printToken}`)}, { label: 'use', secrets: { KEY: 'deploy' }, idTokens: { ID: 'sts.example.com' } })], { defaultImage: 'host' }),
  },
]
`

beforeAll(async () => {
  collector = await startCollector()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  it = await startConnected({ '.hm/ci.ts': pipelines('cat a.txt'), 'a.txt': 'one\n' }, env)
})
afterAll(async () => {
  await it?.remove()
  await collector?.stop()
})

test('a connected repository gets the pipelines of its code', async () => {
  expect(await discovered(it, ['ci', 'deploy', 'docs', 'release'])).toEqual([
    'acme-core-ci',
    'acme-core-deploy',
    'acme-core-docs',
    'acme-core-release',
  ])
})

test('a push ends as a finished check with the right conclusion, and a re-run runs again', async () => {
  const good = await it.github.push(it.repository, { 'a.txt': 'two\n' })
  const passed = await concluded(it, good.commit, ci)
  expect(passed.history.at(-1)).toEqual({ status: 'completed', conclusion: 'success' })
  const report = '--- FAIL: TestVat (0.00s)\n    vat_test.go:7: got 1, want 2\nFAIL\n'
  const bad = await it.github.push(it.repository, {
    '.hm/ci.ts': pipelines('cat report.txt a.txt'),
    'report.txt': report,
    'a.txt': null,
  })
  const failed = await concluded(it, bad.commit, ci)
  expect(failed.history.at(-1)?.conclusion).toBe('failure')
  expect(failed.fields.output).toMatchObject({
    title: 'unit: 1 test failed',
    text: expect.stringMatching(/^TestVat — got 1, want 2 · vat_test\.go:7$[\s\S]*a\.txt: No such file/m),
  })
  expect(failed.fields.details_url).toBe(`${it.product.server().url}/default/pipelines/acme-core-ci/builds/2`)
  const xml =
    '<testsuite><testcase classname="vat" name="rounds"><failure message="got 1">vat_test.go:7</failure></testcase></testsuite>'
  const worse = await it.github.push(it.repository, { 'junit.xml': xml, 'vat_test.go': '\n' })
  // The check completes before its failed tests are proved, and is updated afterwards.
  const { output } = await until(
    async () => (await concluded(it, worse.commit, ci)).fields,
    ({ output }) => !JSON.stringify(output).includes('proving'),
  )
  expect(output).toMatchObject({
    title: 'unit: 1 test failed',
    text: expect.stringMatching(/^vat › rounds — got 1 · vat_test\.go:7 · fails: 0 of 2 forks passed$/m),
  })
  await it.github.rerunCheck(failed, it.owner)
  const again = await concluded(it, bad.commit, ci, 2)
  expect(again.history.at(-1)?.conclusion).toBe('failure')
  await it.github.rerunSuite(it.repository, good.commit, it.owner)
  await concluded(it, good.commit, ci, 2)
  expect(it.github.violations).toEqual([])
})

test('G98 a push is the root of the build that it starts, and of its rendering', async () => {
  const find = (name: string) => collector.spans.find((span) => span.name === name)
  const build = await until(() => find('build acme-core-ci'))
  const push = await until(() => collector.spans.find(({ spanId }) => spanId === build?.parentId))
  expect(push).toMatchObject({ traceId: build?.traceId, parentId: '', name: 'POST /webhooks/{provider}' })
  expect(await until(() => find('job render'))).toMatchObject({ parentId: build?.spanId })
  expect(collector.faults).toEqual([])
})

test('a tag builds what asks for tags, at the commit that it names', async () => {
  const { commit } = await it.github.push(it.repository, { 'a.txt': 'tagged\n' })
  await concluded(it, commit, ci)
  await it.github.pushTag(it.repository, 'v1.0', commit, { annotated: true })
  await it.github.pushTag(it.repository, 'nightly', commit)
  const { history } = await concluded(it, commit, 'harmont/acme-core-release')
  expect(history.at(-1)?.conclusion).toBe('success')
  const names = it.github.checkRuns(it.repository, commit).map(({ fields }) => fields.name)
  // No changed file matches the filters of the third pipeline.
  expect(names.toSorted()).toEqual([ci, 'harmont/acme-core-docs', 'harmont/acme-core-release'])
})

test('a pull request has a check of its own beside the push, and one that closes is built when asked for', async () => {
  const { commit } = await it.github.push(it.repository, { 'b.txt': 'b' }, { branch: 'feature' })
  await concluded(it, commit, ci)
  const pull = await it.github.openPullRequest(it.repository, { head: 'feature', author: it.owner })
  expect((await concluded(it, commit, `${ci} (pull request)`)).history.at(-1)?.conclusion).toBe('success')
  await it.github.updatePullRequest(it.repository, pull, 'closed')
  await concluded(it, commit, `${ci} (pull request)`, 2)
})

test('G60 G120 G121 a push has the secrets and tokens of its branch, and a build that only claims the branch has not', async () => {
  const { product } = it
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' }
    const url = `${product.server().url}/api/v0/organizations/default${path}`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(answer.ok, path).toBe(true)
    return answer
  }
  await post('/secrets', { name: 'deploy', value: 'of-the-rollout', branches: ['rollout'] })
  const { commit } = await it.github.push(it.repository, { 'r.txt': 'r' }, { branch: 'rollout' })
  const deploy = 'harmont/acme-core-deploy'
  expect((await concluded(it, commit, deploy)).history.at(-1)?.conclusion).toBe('success')
  /** Returns what a verifier reads in the token that the newest build has printed. */
  const subjectOf = async () => {
    const { rows } = await it.pool.query<{ job: string; pipeline_id: string; organization_id: string }>(
      `select j.id as job, r.pipeline_id, p.organization_id from build_records r join pipelines p on p.id = r.pipeline_id
         join engine.jobs j on j.build_id = r.id where p.slug = $1 and j.step is not null order by r.number desc limit 1`,
      ['acme-core-deploy'],
    )
    const { job = '', pipeline_id: pipeline, organization_id: organization } = rows[0] ?? {}
    const { sub } = await verifiedIn(await product.api.readLog(job), product.server().url)
    return String(sub).replace(`org:${organization}:pipeline:${pipeline}:`, '')
  }
  expect(await subjectOf()).toBe('ref:refs/heads/rollout')
  const endOf = async (body: object) => {
    const made = (await (await post('/pipelines/acme-core-deploy/builds', body)).json()) as { readonly id: string }
    const read = () =>
      it.pool.query('select state, error_code from engine.jobs where build_id = $1 and step is not null', [made.id])
    const { rows } = await until(
      read,
      ({ rows }) => rows.length > 0 && rows.every(({ state }) => /passed|failed/.test(state)),
    )
    return rows.at(-1)
  }
  const claim = { branch: 'rollout', commit: 'HEAD' }
  const step = { type: 'command', key: 'a', cmd: 'echo "$KEY"', secrets: { KEY: 'deploy' } }
  const steps = JSON.stringify({ version: '0', default_image: 'host', steps: [step] })
  const refused = { state: 'failed', error_code: 'secret_missing' }
  expect(await endOf({ ...claim, pipeline_ir: steps, source_b64: '' }), 'an archive').toEqual(refused)
  expect(await endOf({ ...claim, pipeline_ir: steps }), 'steps').toEqual(refused)
  expect(await endOf({ ...claim, env: { BASH_ENV: 'x' } }), 'variables').toEqual(refused)
  expect(await endOf({ ...claim, commit }), 'a commit').toEqual(refused)
  const passed = { state: 'passed', error_code: null }
  expect(await endOf(claim), 'the newest commit').toEqual(passed)
  expect(await subjectOf()).toBe('ref:refs/heads/rollout')
  const asking = { type: 'command', key: 'a', cmd: printToken, id_tokens: idTokens }
  const tokens = JSON.stringify({ version: '0', default_image: 'host', steps: [asking] })
  expect(await endOf({ ...claim, pipeline_ir: tokens, source_b64: '' })).toEqual(passed)
  expect(await subjectOf(), 'an upload').toBe('upload')
})

test('a path filter sees the changes of a push or pull request, and a deleted branch builds nothing', async () => {
  const { github, repository, owner } = it
  /** Returns the created builds and cancels them, because their results do not matter here. */
  const made = async (delivery: Parameters<typeof builtBy>[1]) => {
    const slugs = await builtBy(it, delivery)
    const { rows } = await it.pool.query<{ slug: string; number: number }>(
      'select p.slug, r.number from build_records r join pipelines p on p.id = r.pipeline_id where r.delivery_id = $1',
      [delivery?.id],
    )
    for (const { slug, number } of rows) await it.product.api.cancelBuild(slug, number)
    return slugs
  }
  const pushed = async (files: Readonly<Record<string, string>>) =>
    made((await github.push(repository, files, { branch: 'paths' })).delivery)
  expect(await pushed({ 'c.txt': 'c' }), 'a new branch changes what its commits do').toEqual(['ci'])
  expect(await pushed({ 'c.txt': 'd', 'docs/drafts/a.md': 'a' })).toEqual(['ci'])
  expect(await pushed({ 'docs/drafts/a.md': 'b', 'docs/a.md': 'a' })).toEqual(['ci', 'docs'])
  await github.openPullRequest(repository, { head: 'paths', author: owner })
  expect(await made(github.webhooks.made.at(-1))).toEqual(['ci', 'docs'])
  await github.push(repository, { 'd.txt': 'd' }, { branch: 'only-text' })
  await github.openPullRequest(repository, { head: 'only-text', author: owner })
  expect(await made(github.webhooks.made.at(-1))).toEqual(['ci'])
  expect(await made(await github.deleteBranch(repository, 'only-text'))).toEqual([])
})

test('G128 a push skipped by path filters gets a check with the reason, which passes if the newest build of its branch does', async () => {
  const { github, repository } = it
  const docs = 'harmont/acme-core-docs'
  const push = async (files: Readonly<Record<string, string | null>>) =>
    (await github.push(repository, files, { branch: 'skips' })).commit
  const conclusionOf = (check: Awaited<ReturnType<typeof concluded>>) => check.history.at(-1)?.conclusion
  const skipped = await concluded(it, await push({ 'e.txt': 'e' }), docs)
  expect(conclusionOf(skipped)).toBe('success')
  expect(skipped.fields.output).toMatchObject({
    title: 'Skipped: no changed file matches',
    summary: 'No changed file matches `docs/**`, `!docs/drafts/**`.',
  })
  await concluded(it, await push({ 'docs/b.md': 'b' }), docs)
  // Without the folder `docs` the build fails.
  const broken = await concluded(it, await push({ 'docs/b.md': null }), docs)
  expect(conclusionOf(broken)).toBe('failure')
  const other = await concluded(it, await push({ 'e.txt': 'f' }), docs)
  expect(conclusionOf(other)).toBe('failure')
  expect(other.fields.output).toMatchObject({ title: expect.stringMatching(/^Skipped, but build #\d+ has failed$/) })
  expect(other.fields.details_url).toBe(broken.fields.details_url)
  await concluded(it, await push({ 'docs/b.md': 'c' }), docs)
  const last = await concluded(it, await push({ 'e.txt': 'g' }), docs)
  expect(conclusionOf(last)).toBe('success')
  expect(last.fields.output).toMatchObject({
    summary: expect.stringMatching(/Build #\d+ of this branch has passed\.$/),
  })
  expect(github.violations).toEqual([])
})

test('out-of-order, repeated and late events are each built once, at their commit', async () => {
  const { github, repository, owner } = it
  github.webhooks.hold()
  const first = await github.push(repository, { 'e.txt': '1' }, { branch: 'order' })
  const pull = await github.openPullRequest(repository, { head: 'order', author: owner })
  const second = await github.push(repository, { 'e.txt': null, 'a.txt': null }, { branch: 'order' })
  await github.updatePullRequest(repository, pull, 'synchronize')
  await github.updatePullRequest(repository, pull, 'closed')
  await github.deleteBranch(repository, 'order')
  await github.webhooks.release((held) => [...held, ...held].toReversed())
  const ends = async (commit: string, name: string, count: number) =>
    (await concluded(it, commit, name, count)).history.at(-1)?.conclusion
  expect(await ends(first.commit, ci, 1)).toBe('success')
  expect(await ends(first.commit, `${ci} (pull request)`, 1)).toBe('success')
  expect(await ends(second.commit, ci, 1)).toBe('failure')
  expect(await ends(second.commit, `${ci} (pull request)`, 2), 'of the push and of the closing').toBe('failure')
  expect(github.violations).toEqual([])
})

test('each push leads to one finished check despite failures of GitHub', async () => {
  const { github, repository } = it
  const ways = ['hang', 'reset', 'after', '500', '502', '429', 'secondary'] as const
  for (const how of ways) for (const on of [/POST .*check-runs$/, /PATCH .*check-runs/]) github.misbehave({ on, how })
  const pushes = []
  for (const way of ways)
    pushes.push(
      await github.push(repository, way === '500' ? { 'a.txt': null } : { 'f.txt': way }, { branch: `bad-${way}` }),
    )
  for (const [index, { commit }] of pushes.entries()) {
    const runs = await until(
      () => github.checkRuns(repository, commit).filter(({ fields }) => fields.name === ci),
      (found) => found.some(({ history }) => history.at(-1)?.status === 'completed'),
    )
    expect(runs.map(({ history }) => history.at(-1)?.conclusion)).toEqual([
      ways[index] === '500' ? 'failure' : 'success',
    ])
  }
  expect(github.violations).toEqual([])
})

test('a fork waits for approval, by the API or by a button for members, and runs without secrets and tokens', async () => {
  const { github, repository, product } = it
  const secret = { name: 'token', value: 'a-value-that-no-fork-may-see' }
  const set = await fetch(`${product.server().url}/api/v0/organizations/default/secrets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(secret),
  })
  expect(set.status).toBe(204)
  const stranger = github.addUser('stranger')
  const fork = github.addRepository(stranger, 'core', { forkOf: repository, isPrivate: false })
  const step = 'echo "secret: [$TOKEN]"; test -z "$TOKEN$ID"'
  const code = pipelines(step, "{ label: 'unit', secrets: { TOKEN: 'token' }, idTokens: { ID: 'sts.example.com' } }")
  // The same pull request within the repository itself gets the secret and the token.
  const ours = await github.push(repository, { '.hm/ci.ts': code }, { branch: 'ours' })
  expect((await concluded(it, ours.commit, ci)).history.at(-1)?.conclusion).toBe('failure')
  const { commit } = await github.push(fork, { '.hm/ci.ts': code }, { branch: 'theirs', by: stranger })
  const pull = await github.openPullRequest(repository, { head: 'theirs', from: fork, author: stranger })
  const name = `${ci} (pull request)`
  const waiting = await concluded(it, commit, name)
  expect(waiting.history.at(-1)?.conclusion).toBe('action_required')
  await github.pressCheckAction(waiting, 'approve', stranger)
  const refused = () => it.pool.query("select details from audit_events where action = 'check_action.refused'")
  expect((await until(refused, ({ rowCount }) => rowCount === 1)).rows[0].details).toMatchObject({ login: 'stranger' })
  expect(waiting.history.at(-1)?.conclusion).toBe('action_required')
  await github.pressCheckAction(waiting, 'approve', it.owner)
  await until(
    () => waiting.history.at(-1)?.conclusion,
    (conclusion) => conclusion === 'success',
  )

  const second = await github.push(fork, { 'more.txt': 'more' }, { branch: 'theirs', by: stranger })
  await github.updatePullRequest(repository, pull, 'synchronize')
  const held = await concluded(it, second.commit, name)
  expect(held.history.at(-1)?.conclusion, 'an approval covers one commit').toBe('action_required')
  const page = new URL(String(held.fields.details_url)).pathname.replace(/^\/default/, '')
  const path = `/api/v0/organizations/default${page}/approve`
  const answer = await fetch(product.server().url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}` },
  })
  expect(answer.status).toBe(200)
  await until(
    () => held.history.at(-1)?.conclusion,
    (conclusion) => conclusion === 'success',
  )
  expect(github.violations).toEqual([])
})

test('a pipeline may build forks without approval, or never', async () => {
  const { github, repository, product } = it
  const passer = github.addUser('passer-by')
  const fork = github.addRepository(passer, 'core', { forkOf: repository, isPrivate: false })
  for (const [policy, built] of [
    ['never', []],
    ['always', ['ci']],
  ] as const) {
    const answer = await fetch(`${product.server().url}/api/v0/organizations/default/pipelines/acme-core-ci`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ fork_policy: policy }),
    })
    expect(answer.status).toBe(200)
    const { commit } = await github.push(fork, { 'g.txt': policy }, { branch: policy, by: passer })
    await github.openPullRequest(repository, { head: policy, from: fork, author: passer })
    expect(await builtBy(it, github.webhooks.made.at(-1))).toEqual(built)
    if (policy === 'always')
      expect((await concluded(it, commit, `${ci} (pull request)`)).history.at(-1)?.conclusion).toBe('success')
  }
})

test('a push changes the list of pipelines, and an error in them is shown at its commit', async () => {
  const broken = await it.github.push(it.repository, { '.hm/bad.ts': 'export default { slug: 1 }' })
  const shown = await concluded(it, broken.commit, 'harmont / discovery')
  expect(shown.history.at(-1)?.conclusion).toBe('failure')
  expect(shown.fields.output).toMatchObject({ text: expect.stringContaining('.hm/bad.ts') })
  await it.github.push(it.repository, {
    '.hm/bad.ts': null,
    '.hm/ci.ts': pipelines('true').replace("'release'", "'publish'"),
  })
  expect(await discovered(it, ['ci', 'deploy', 'docs', 'publish'])).toContain('acme-core-publish')
  await it.github.push(it.repository, { '.hm/ci.ts': scheduled })
  expect(await discovered(it, ['nightly', 'release'])).toEqual(['acme-core-nightly', 'acme-core-release'])
})

test('a missed tick builds the head of the default branch once', async () => {
  await it.pool.query("update schedules set next_at = now() - interval '3 days'")
  await it.pool.query("select graphile_worker.add_job('run_schedules')")
  await it.pool.query("select graphile_worker.add_job('run_schedules')")
  const builds = () => it.product.api.listBuilds('acme-core-nightly')
  const [build, ...others] = await until(builds, (found) => found.some(({ state }) => state === 'passed'))
  expect(others).toEqual([])
  expect(build).toMatchObject({ source: 'schedule', branch: 'main' })
})

const scheduled = `import { pipeline, sh } from '@harmont/hm'
const of = (slug, triggers) => ({ slug, triggers, pipeline: () => pipeline([sh('true')], { defaultImage: 'host' }) })
export default [of('nightly', [{ event: 'schedule', cron: '0 3 * * *', timezone: 'Europe/Berlin' }]), of('release', [])]
`

// The pipeline is discovered, rendered in a sandbox with its image's Python, and run.
test('a push builds a pipeline in Python', async () => {
  await it.github.push(it.repository, { '.hm/ci.ts': null, '.hm/ci.py': python, 'a.txt': 'one\n' })
  expect(await discovered(it, ['ci'])).toEqual(['acme-core-ci'])
  const good = await it.github.push(it.repository, { 'a.txt': 'two\n' })
  const { history } = await concluded(it, good.commit, ci)
  expect(history.at(-1)).toEqual({ status: 'completed', conclusion: 'success' })
  const bad = await it.github.push(it.repository, {
    '.hm/ci.py': `${python}\n    raise ValueError("no")\n`.replace('return', 'x ='),
  })
  const failed = await concluded(it, bad.commit, ci)
  expect(failed.fields.output).toMatchObject({ text: expect.stringContaining('.hm/ci.py:8: ValueError: no') })
})

const python = `import harmont as hm


@hm.pipeline("ci", triggers=[hm.push(branch="*")], default_image="host")
def ci():
    return hm.sh(f"cat a.txt && test {hm.context.branch} = main", label="unit", cache=hm.on_change("a.txt"))
`

/** Creates the content of the screenshots through the API: builds of every kind. */

import type { Job } from '@harmont/cloud'
import { until } from '@harmont/test-kit/until'
import { buildEnd, flatIr } from '../../product.ts'
import type { App } from '../app.ts'

const install = { key: 'install', label: 'install', cmd: 'echo "fetching 412 packages"; sleep 0.4; echo done' }
const artifacts = [{ path: 'junit.xml', when: 'always', kind: 'junit' }]
/** Writes a report of 40 tests, of which the n-th fails. */
const report = (failed: number) =>
  `for i in $(seq 1 40); do echo "<testcase classname='src/math.test.ts' name='math > adds case $i' time='0.0$i'>"; ` +
  `if [ $i = ${failed} ]; then echo "<failure message='expected 3, got 4'>Error: expected 3, got 4</failure>"; fi; ` +
  `echo '</testcase>'; done | (echo '<testsuite>'; cat; echo '</testsuite>') >junit.xml`
const lint = {
  ...{ key: 'lint', label: 'lint', builds_in: 'install', artifacts },
  cmd: `${report(0)}; echo "no problems in 212 files"`,
}
const build = {
  ...{ key: 'build', label: 'build', builds_in: 'install' },
  cmd: 'for i in $(seq 1 200); do echo "compiling module $i of 200"; done; sleep 0.6',
}
const failing = {
  ...{ key: 'test', label: 'test', builds_in: 'build', artifacts },
  cmd: [
    report(7),
    'echo "--- unit"; for i in $(seq 1 900); do printf "\\033[32m✓\\033[0m adds case $i\\n"; done',
    'echo "+++ integration"; for i in $(seq 1 40); do echo "connecting, try $i" >&2; done',
    'printf "\\033[31mError: expected 3, got 4\\033[0m\\n    at add (src/math.ts:12:5)\\n"; exit 1',
  ].join('; '),
}
const deploy = { key: 'deploy', label: 'deploy to staging', cmd: 'true', depends_on: ['test', 'lint'] }
const matrix = Array.from({ length: 6 }, (_, n) => ({
  ...{ key: `node-${n + 18}`, label: `node ${n + 18}`, cmd: `echo node ${n + 18}; sleep 0.2`, builds_in: 'install' },
}))
const waiting = {
  key: 'slow',
  label: 'a slow one',
  cmd: 'for i in $(seq 1 600); do echo "tick $i"; sleep 0.2; done',
  builds_in: 'install',
}

const production = { concurrency: { group: 'production', limit: 1, scope: 'organization' } }
const release = [
  { key: 'package', label: 'package', cmd: 'echo packed' },
  { ...{ key: 'deploy', label: 'deploy to production', depends_on: ['package'] }, cmd: waiting.cmd, ...production },
]

/** Settings of a server with this content, in which two steps run for minutes while others pass. */
export const contentSettings = {
  HARMONT_RUNNER_SLOTS: '4',
  HARMONT_BILLING: 'on',
  HARMONT_OPERATORS: 'admin@localhost',
}

/**
 * Creates passed, failed, running and waiting builds in two pipelines, and an empty organization.
 */
export async function fill({ product, origin }: App): Promise<void> {
  const call = async (path: string, body: unknown): Promise<void> => {
    const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${origin}/api/v0${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const organization = '/organizations/default'
  const start = (
    slug: string,
    number: number,
    steps: readonly Record<string, unknown>[],
    message: string,
    ir = flatIr(steps),
  ) =>
    call(`${organization}/pipelines/${slug}/builds`, {
      ...{ branch: number % 3 === 0 ? 'feature/rounding' : 'main', message, source: 'api', pipeline_ir: ir },
      commit: `${number}`.repeat(40).slice(0, 40),
    })
  await call('/organizations', { name: 'Empty', slug: 'empty' })
  for (const name of ['ci', 'nightly', 'never', 'release', 'release-docs'])
    await call(`${organization}/pipelines`, {
      name,
      repository: `https://github.com/acme/${name}`,
      default_branch: 'main',
    })
  await start('ci', 1, [install, lint, build], 'Add rounding')
  await start('ci', 2, [install, lint, build, ...matrix], 'Test on more versions')
  await start('ci', 3, [install, lint, build, failing, deploy], 'Fix adding of numbers that are not numbers at all')
  await start('nightly', 4, [install, build], 'Nightly')
  for (const number of [1, 2, 3]) await buildEnd(product.api, 'ci', number)
  await buildEnd(product.api, 'nightly', 1)
  await start(
    'nightly',
    5,
    [install, waiting, { ...build, depends_on: ['slow'], builds_in: undefined }],
    'Nightly, again',
  )
  const inTurn = flatIr(release, { concurrency: { group: 'release', limit: 1 } })
  for (const number of [1, 2, 4]) await start('release', number, release, `Release 1.${number}`, inTurn)
  const comesTo = (slug: string, number: number, step: string, state: Job['state']) =>
    until(async () => {
      const jobs = await product.api.listJobs(slug, number)
      return jobs.some((job) => job.step_key === step && job.state === state)
    })
  // The first release holds `production` before the release of the manual requests it.
  await comesTo('release', 1, 'deploy', 'running')
  await start('release-docs', 1, release, 'Release the manual')
  await comesTo('release-docs', 1, 'package', 'passed')
  await comesTo('nightly', 2, 'slow', 'running')
}

import { expect, test } from 'vitest'
import { makeProject } from './project.test-support.ts'

const script = `<testsuite>
<testcase name="red"><failure message="no"/></testcase>
<testcase name="green"/>
</testsuite>`

test('hm flaky runs a step of the last run again from what it started from, and says of each red test how often it passed', async () => {
  await using project = makeProject(`
import { pipeline, scratch } from '@harmont/hm'
const base = scratch({ image: 'host' }).sh('echo made > made', { key: 'base' })
export default { slug: 'ci', pipeline: pipeline([
  base.sh('test -e made -a ! -e again && touch again && cp report.xml junit.xml && exit 1', { key: 'unit', tests: 'junit.xml' }),
]) }`)
  project.write('report.xml', script)
  const { code, stderr: summary } = await project.run()
  expect(code).toBe(1)
  expect(summary).not.toContain('error[')
  const { stdout, stderr } = await project.hm('flaky', 'unit', '--forks', '2')
  expect(stdout).toBe('red  (fails: 0 of 2 forks passed)\n  no\n\n1 failed, 1 passed\n')
  expect(stderr).toContain('fork 2 of 2: 1 failed, 1 passed')
  project.write('report.xml', script.replace('<failure message="no"/>', ''))
  const changed = await project.hm('flaky', 'unit', '--forks', '1', '--json')
  expect(changed.stderr).toContain('the files have changed since run 1')
  expect(JSON.parse(changed.stdout)).toMatchObject({ step_key: 'unit', forks: 1, data: [], counts: { failed: 0 } })
  expect(await project.hm('flaky', 'base')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('does not report'),
  })
})

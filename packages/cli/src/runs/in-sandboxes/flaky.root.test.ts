import { expect, test } from 'vitest'
import { makeProject } from './project.test-support.ts'

const script = `<testsuite>
<testcase name="red"><failure message="no"/></testcase>
<testcase name="green"/>
</testsuite>`

test('hm flaky repeats a step of the last run from its initial files, and reports for each red test how often it passed', async () => {
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

/** A service that stores lines, and answers each connection with all of them. */
const keeper = `touch /data; exec python3 -uc 'import socket, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = socket.create_server(("0.0.0.0", 5000))
while True:
  peer = server.accept()[0]
  open("/data", "a").write(peer.recv(99).decode())
  peer.sendall(open("/data").read().encode()); peer.close()'`

test('hm flaky and hm retry give a step the initial files of its services, and a shard its earlier files', async () => {
  await using project = makeProject(`
import { pipeline, scratch, service, split } from '@harmont/hm'
const db = service('db', { image: 'host', command: ${JSON.stringify(keeper)}, ready: { port: 5000 } })
const tell = (line) => \`python3 -c 'import socket; s = socket.create_connection(("db", 5000)); s.sendall(b"\${line};"); print(s.recv(99).decode())'\`
const migrated = scratch({ image: 'host' }).sh(tell('migrated'), { key: 'migrate', services: db })
export default { slug: 'ci', pipeline: pipeline(split(2, { files: 'cases/*.xml' }, ({ index }) =>
  migrated.sh(\`test "$(\${tell('tested')})" = "migrated;tested;" && cat $(cat $HARMONT_SPLIT) > junit.xml; exit 3\`,
    { key: \`unit-\${index}\`, services: db.after(migrated), tests: 'junit.xml' }))) }`)
  const cases = (name: string) => `<testsuite><testcase name="${name}"><failure message="no"/></testcase></testsuite>`
  project.write('cases/a.xml', cases('the longest'))
  project.write('cases/b.xml', cases('short'))
  const { code, stderr: summary } = await project.run('--keep-going')
  expect([code, summary.includes('error[')]).toEqual([1, false])
  project.write('cases/c.xml', cases('longer than any other'))
  const { stdout, stderr } = await project.hm('flaky', 'unit-1', '--forks', '1')
  expect([stdout, stderr]).toEqual([
    'the longest  (0 of 1 fork passed)\n  no\n\n1 failed, 0 passed\n',
    expect.any(String),
  ])
  const again = await project.hm('retry', 'unit-1', '--json')
  expect([again.code, again.stdout]).toEqual([1, expect.stringContaining('"name":"the longest"')])
  expect(again.stdout).toMatch(/"step_cache_hit",.*"key":"migrate"/)
})

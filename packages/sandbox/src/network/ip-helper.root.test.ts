import { execFileSync, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { IpHelper } from './ip-helper.ts'

const names = Array.from({ length: 20 }, (_, at) => `hmt${process.pid % 10_000}-${at}`)
const isThere = (name: string) => execFileSync('ip', ['-brief', 'link']).includes(name)
let helper: IpHelper
let earlier: readonly number[]
const helpers = () => {
  const { stdout } = spawnSync('pgrep', ['-P', `${process.pid}`, '-x', 'ip'], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean).map(Number)
}
beforeEach(() => {
  earlier = helpers()
})
afterEach(() => helper.close())

test('answers concurrent requests separately and in order', async () => {
  helper = new IpHelper()
  const [first = '', ...others] = names
  await helper.run(`link add ${first} type veth peer name ${first}p`)
  const asked = names.map((name) => helper.run(`link add ${name} type veth peer name ${name}p\nlink set ${name} up`))
  const results = await Promise.allSettled(asked)
  expect(results.map(({ status }) => status)).toEqual(['rejected', ...others.map(() => 'fulfilled')])
  expect(String(results[0]?.status === 'rejected' && results[0].reason)).toContain('File exists')
  await helper.run(names.map((name) => `link delete ${name}`).join('\n'))
  expect(names.filter(isThere)).toEqual([])
})

/** Excludes helpers of other test files of this worker. */
const children = () => helpers().filter((pid) => !earlier.includes(pid))

test('continues with another process after a kill, and repeats pending requests', async () => {
  helper = new IpHelper()
  await helper.run('link show dev nosuch').catch(() => {})
  const [pid = 0] = children()
  process.kill(pid, 'SIGSTOP')
  const asked = Promise.allSettled(['nosuch', 'nosuch2'].map((name) => helper.run(`link show dev ${name}`)))
  process.kill(pid, 'SIGKILL')
  for (const result of await asked)
    expect(result.status === 'rejected' && String(result.reason)).toContain('does not exist')
  expect(children()).not.toContain(pid)
})

test('replaces a process after very many requests, once it has answered them all', async () => {
  helper = new IpHelper()
  await helper.run('link set lo up')
  const [first = 0] = children()
  await Promise.all(Array.from({ length: 1_500 }, () => helper.run('link set lo up')))
  await expect.poll(children).not.toContain(first)
  await expect.poll(children).toHaveLength(1)
})

import { execFileSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { IpHelper } from './ip-helper.ts'

const names = Array.from({ length: 20 }, (_, at) => `hmt${process.pid % 10_000}-${at}`)
const isThere = (name: string) => execFileSync('ip', ['-brief', 'link']).includes(name)
let helper: IpHelper
afterEach(() => helper.close())

test('many that ask at once are each told of their own, in order', async () => {
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

test('goes on with another process when somebody killed the one before', async () => {
  helper = new IpHelper()
  const children = () => execFileSync('pgrep', ['-P', `${process.pid}`, '-x', 'ip'], { encoding: 'utf8' })
  await helper.run('link show dev lo')
  const [pid] = children().split('\n')
  const asked = helper.run('link show dev lo')
  process.kill(Number(pid), 'SIGKILL')
  await asked.catch((error: Error) => expect(error.message).toContain('SIGKILL'))
  await expect.poll(() => helper.run(`link show dev nosuch`).catch(String)).toContain('does not exist')
})

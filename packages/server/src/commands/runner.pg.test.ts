import { expect, onTestFinished, test, vi } from 'vitest'
import { SettingsError } from '../platform/settings/read-settings.ts'
import { joinedRunner } from '../testing/joined-runner.ts'
import { testServer } from '../testing/server.ts'
import { runner } from './runner.ts'
import { readRunnerKey, runnerKey } from './runner-key.ts'

const it = testServer()

/** Runs a command and returns what it printed. */
async function printed(command: typeof runner, ...args: readonly string[]): Promise<string> {
  const said: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  onTestFinished(() => spy.mockRestore())
  await command(args, it.environment)
  spy.mockRestore()
  return said.join('')
}

test('a key is created, shown once, listed with its permissions, and revoked by a prefix of its id', async () => {
  const key = await printed(
    runnerKey,
    ...[
      'create',
      '--pool',
      'fast',
      '--labels',
      'big,cuda',
      '--organizations',
      'default',
      '--no-secrets',
      '--uses',
      '3',
    ],
  )
  expect(key).toMatch(/^[\w-]{43}\n$/)
  const list = await printed(runnerKey, 'list')
  expect(list).toContain('pool fast  labels big,cuda  organizations default  no secrets  joined 0 of 3  never expires')
  expect(list).not.toContain(key.trim())
  await printed(runnerKey, 'revoke', list.slice(0, 8))
  expect(await printed(runnerKey, 'list')).toContain('joined 0 of 3  revoked')
  const { rows } = await it.server.pool.query(
    "select action from audit_events e join organizations o on o.id = e.organization_id where action like 'runner%' order by e.created_at",
  )
  expect(rows.map(({ action }) => action)).toEqual(['runner_key.created', 'runner_key.revoked'])
})

test('G79 runners are listed with their jobs; draining lasts until the next start, and revocation is permanent', async () => {
  expect(await printed(runner, 'list')).toMatch(/^No runner has joined/)
  const joined = await joinedRunner(it, { labels: ['big'] })
  await joined.call('renew', {})
  const line = `${joined.id.slice(0, 8)}  test  pool default  big  `
  expect(await printed(runner, 'list')).toBe(`${line}connected  0 of 2 jobs  0.1.0\n`)
  await printed(runner, 'drain', 'test')
  expect(await printed(runner, 'list')).toContain(`${line}connected, draining`)
  await joined.renew(null)
  await joined.call('renew', {})
  expect(await printed(runner, 'list')).toContain(`${line}connected  `)
  await printed(runner, 'revoke', joined.id.slice(0, 8))
  expect(await printed(runner, 'list')).toContain(`${line}revoked`)
  await expect(runner(['drain', 'test'], it.environment)).rejects.toThrow(SettingsError)
})

test.for<readonly [string, readonly string[]]>([
  ['--pool with the name of one pool', []],
  ['--pool with names', ['--pool', 'a b']],
  ['--labels with names', ['--pool', 'a', '--labels', 'ü']],
  ['--organizations with slugs', ['--pool', 'a', '--organizations', '']],
  ['--uses from 1', ['--pool', 'a', '--uses', '0']],
  ['--expires with a future day', ['--pool', 'a', '--expires', '2020-01-01']],
  ["Unknown option '--label'", ['--pool', 'a', '--label', 'x']],
])('a wrong key is refused: expected %s', ([expected, args]) => {
  expect(() => readRunnerKey(args)).toThrow(expected)
})

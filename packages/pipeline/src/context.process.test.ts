import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { context } from './context.ts'

const names = ['EVENT', 'BRANCH', 'BASE_BRANCH', 'TAG', 'COMMIT', 'PULL_REQUEST', 'LOCAL']
let directory = ''

beforeEach(() => {
  for (const name of names) vi.stubEnv(`HARMONT_${name}`, undefined)
  directory = mkdtempSync(join(tmpdir(), 'hm-context-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

/** Runs a process in the directory, because test workers may not change theirs. */
function seen(): Record<string, unknown> {
  const script = `
    const { context } = await import(${JSON.stringify(new URL('./context.ts', import.meta.url).href)})
    console.log(JSON.stringify({ ...context }))`
  const arguments_ = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  return JSON.parse(execFileSync(process.execPath, arguments_, { cwd: directory, encoding: 'utf8' }))
}
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: directory, encoding: 'utf8' })

it('comes from the variables that the server sets', () => {
  const told = { EVENT: 'pull_request', BRANCH: 'topic', BASE_BRANCH: 'main', COMMIT: 'c0ffee', PULL_REQUEST: '7' }
  for (const [name, value] of Object.entries(told)) vi.stubEnv(`HARMONT_${name}`, value)
  vi.stubEnv('HARMONT_TAG', '')
  expect({ ...context }).toEqual({
    event: 'pull_request',
    branch: 'topic',
    baseBranch: 'main',
    tag: null,
    commit: 'c0ffee',
    pullRequest: 7,
    local: false,
  })
})

it('comes from git on a laptop, unless variables override it', () => {
  git('init', '--quiet', '--initial-branch=topic')
  expect(seen()).toMatchObject({ event: 'manual', branch: 'topic', commit: null, local: false })
  git('commit', '--quiet', '--allow-empty', '--message=first')
  const commit = git('rev-parse', 'HEAD').trim()
  expect(seen()).toMatchObject({ branch: 'topic', commit, pullRequest: null })
  git('checkout', '--quiet', '--detach')
  expect(seen()).toMatchObject({ branch: null, commit })
  vi.stubEnv('HARMONT_LOCAL', 'true')
  vi.stubEnv('HARMONT_EVENT', 'manual')
  vi.stubEnv('HARMONT_BRANCH', 'told')
  expect(seen()).toMatchObject({ branch: 'told', commit: null, local: true })
})

it('is unknown outside of a repository', () => {
  expect(seen()).toMatchObject({ branch: null, commit: null })
})

it('refuses a pull request that is not a number', () => {
  vi.stubEnv('HARMONT_PULL_REQUEST', 'seven')
  expect(() => context.pullRequest).toThrow(
    'HARMONT_PULL_REQUEST: expected the number of a pull request, got "seven". Correct the variable, or unset it.',
  )
})

import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beginRecord } from '../records/run-records.ts'
import { makeOutput } from '../terminal/output.ts'
import { terminal } from '../terminal/terminal.ts'
import { hmProgram } from '../test-support/run-hm.ts'
import { runHmHere } from '../test-support/run-hm-here.ts'
import { pipelines } from './sources.ts'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'hm-completion-'))
  linkCompiled(join(cwd, '.cache', 'hm'))
})
afterEach(() => rm(cwd, { recursive: true }))

async function offered(...words: string[]): Promise<string[]> {
  return offeredWith({}, ...words)
}

async function offeredWith(env: Readonly<Record<string, string>>, ...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runHmHere(['__complete', '--', ...words], { cwd, env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || [])
}

/** Retries, because a busy machine omits a source that exceeds the shell's time limit. */
const offers = (...words: string[]) => expect.poll(() => offered(...words))

test('offers commands, then the commands of a group', async () => {
  const all = await offered('')
  expect(all).toEqual(expect.arrayContaining(['config', 'completion', 'version']))
  expect(all).not.toContain('__complete')
  expect(await offered('conf')).toEqual(['config'])
  expect(await offered('config', '')).toEqual(['list', 'get', 'set', 'path'])
})

test('offers the flags of the command and those of every command', async () => {
  expect(await offered('config', 'set', '--p')).toEqual(['--project'])
  expect(await offered('config', 'set', '--')).toEqual(expect.arrayContaining(['--project', '--json', '--org']))
})

test('offers values of arguments and of flags', async () => {
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell'])
  expect(await offered('config', 'get', 'cloud.')).toEqual(['cloud.org', 'cloud.api_url', 'cloud.pipeline'])
  expect(await offered('--org', 'acme', 'config', 'set', 'cache')).toEqual(['cache.max_gb'])
  expect(await offered('--color', '')).toEqual(['auto', 'always', 'never'])
  expect(await offered('--color=a')).toEqual(['--color=auto', '--color=always'])
})

test('offers the slugs of the project’s pipelines', async () => {
  await mkdir(join(cwd, '.hm'))
  await writeFile(
    join(cwd, '.hm', 'ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'
    console.log('noise')
    export default ['ci', 'nightly'].map((slug) => ({ slug, pipeline: () => pipeline([sh('true', { label: 'one' })]) }))`,
  )
  const { signal } = new AbortController()
  const nowhere = terminal(process.stdout, 'never', {})
  const unused = () => Promise.reject(new Error('slugs need no configuration'))
  const context = {
    directory: cwd,
    cacheDirectory: join(cwd, '.cache', 'hm'),
    env: process.env,
    config: unused,
    output: makeOutput({ stdout: nowhere, stderr: nowhere, quiet: true, verbose: false }),
    credentials: unused,
  }
  expect(await pipelines(context, signal)).toEqual([{ value: 'ci' }, { value: 'nightly' }])
  expect(await pipelines({ ...context, directory: join(cwd, 'none') }, signal)).toEqual([])
})

test('offers the keys of steps, both of recorded runs and of the current pipelines', async () => {
  await mkdir(join(cwd, '.hm'))
  await writeFile(
    join(cwd, '.hm', 'ci.ts'),
    `import { onChange, pipeline, sh } from '@harmont/hm'
    const first = sh('true', { key: 'build', cache: onChange('a.txt') })
    export default { slug: 'ci', pipeline: pipeline([first.sh('true', { key: 'bench' }), sh('true', { key: 'lint' })]) }`,
  )
  await writeFile(join(cwd, 'a.txt'), 'x')
  await offers('run', '--step', 'b').toEqual(['build', 'bench'])
  await offers('run', 'b').toEqual(['build', 'bench'])
  await offers('run', '--no-cache=b').toEqual(['--no-cache=build', '--no-cache=bench'])
  const number = record(cwd)
  record(join(cwd, 'other'))
  const queued = { kind: 'step_queued', step_id: 's', key: 'before', chain_idx: 0, parent_key: null, depends_on: [] }
  await writeFile(join(runsHere(), String(number), 'events.jsonl'), `${JSON.stringify(queued)}\n`)
  await offers('cache', 'explain', 'be').toEqual(['before', 'bench'])
})

test('offers the numbers of the project’s runs, and of its builds when the user is signed in', async () => {
  const own = [record(cwd), record(join(cwd, 'other')), record(cwd)]
  await offers('logs', '').toEqual([String(own[2]), String(own[0])])
  const asked: string[] = []
  const server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`)
    const build = { number: 417, state: 'passed', message: 'Mend it\nall' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [build], next_cursor: null }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const env = { HM_API_URL: `http://127.0.0.1:${port}`, HM_API_TOKEN: 'one', HM_ORG: 'acme', HM_CLOUD__PIPELINE: 'ci' }
  try {
    await expect.poll(() => offeredWith(env, 'cancel', '4')).toEqual(['417'])
    expect(new Set(asked)).toEqual(new Set(['/api/v0/organizations/acme/pipelines/ci/builds?limit=20 Bearer one']))
  } finally {
    server.close()
  }
})

function runsHere(): string {
  return join(cwd, '.cache', 'hm', 'local', 'runs')
}

function record(directory: string): number {
  const known = { id: randomUUID(), directory, slug: 'ci', name: 'ci', message: null, branch: null, commit: null }
  const begun = { startedAt: Date.now(), process: 'none', env: {}, only: null, retryOf: null }
  return beginRecord(runsHere(), { ...known, ...begun }, '{}').number
}

test('leaves files and directories to the shell', async () => {
  expect(await offered('-d', '')).toEqual([':directories'])
})

test('offers nothing for a line that is wrong or complete', async () => {
  expect(await offered('nope', '')).toEqual([])
  expect(await offered('config', 'get', 'backend', '')).toEqual([])
})

test('shows a summary for each command', async () => {
  const { stdout } = await runHmHere(['__complete', '--', 'vers'], { cwd })
  expect(stdout).toBe('version\tPrint the version\n')
})

/** Puts `hm` in the PATH, for shells that search there. */
async function shellEnvironment(): Promise<Record<string, string>> {
  await mkdir(join(cwd, 'bin'))
  await symlink(hmProgram, join(cwd, 'bin', 'hm'))
  return { HOME: cwd, PATH: `${join(cwd, 'bin')}:${process.env.PATH ?? ''}` }
}

test.each([
  [['hm', 'conf'], 1, ['config']],
  [['hm', 'config', ''], 2, ['list', 'get', 'set', 'path']],
  [['hm', 'completion', 'p'], 2, ['powershell']],
] as const)('bash completes %j', async (words, at, expected) => {
  const env = await shellEnvironment()
  await writeFile(
    join(cwd, 'try.sh'),
    `source <(hm completion bash)
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${at}
    _hm
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  )
  const { stdout, stderr } = await promisify(execFile)('bash', [join(cwd, 'try.sh')], { cwd, env })
  expect({ found: stdout.trim().split('\n'), stderr }).toEqual({ found: expected, stderr: '' })
})

function installed(shell: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${shell}`])
    return true
  } catch {
    return false
  }
}

test.runIf(installed('fish'))('fish completes', async () => {
  const env = await shellEnvironment()
  const script = 'hm completion fish | source; complete -C "hm config "'
  const { stdout } = await promisify(execFile)('fish', ['-c', script], { cwd, env })
  expect(stdout.split('\n').flatMap((line) => line.split('\t')[0] || [])).toEqual(
    expect.arrayContaining(['list', 'get', 'set', 'path']),
  )
})

test.runIf(installed('zsh'))('zsh completes', async () => {
  const env = await shellEnvironment()
  // Uses a pseudo-terminal, because zsh completes only interactively.
  const script = `zmodload zsh/zpty
    zpty z zsh -f -i
    zpty -w z 'PROMPT=; autoload -Uz compinit; compinit -u -D; source <(hm completion zsh); print READY'
    zpty -r -m z out '*READY*READY*' 
    zpty -n -w z $'hm conf\\t'
    zpty -r -m z out '*config*'; print -r -- "$out"`
  const { stdout } = await promisify(execFile)('zsh', ['-f', '-c', script], { cwd, env, timeout: 120_000 })
  expect(stdout).toContain('config')
})

/**
 * Follows a new user of hm through the example repositories: `hm init`, `hm run`, a broken test, a
 * fixed test.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeHome, root } from './hm-home.ts'

const run = promisify(execFile)

let home: string
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  ;({ home, env } = await makeHome('examples'))
})
afterAll(() => rm(home, { recursive: true }))

async function hm(cwd: string, ...args: string[]) {
  const child = spawn('hm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}

/** Copies the example without its pipeline into a new repository; returns its path. */
async function checkout(name: string): Promise<string> {
  const project = join(home, name)
  await cp(join(root, 'examples', name), project, {
    recursive: true,
    filter: (path) => !/\/(\.hm|node_modules|dist|\.venv|__pycache__)$/.test(path),
  })
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: project })
  await git('init', '-q', '-b', 'main')
  await git('add', '.')
  await git('commit', '-q', '-m', 'First')
  return project
}

async function replace(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
}

it('G135 the monorepo example tests each package, and after a change only the affected packages', async () => {
  const project = await checkout('monorepo')
  await cp(join(root, 'examples/monorepo/.hm'), join(project, '.hm'), { recursive: true })
  const first = await hm(project, 'run')
  expect(first, first.stderr).toMatchObject({ code: 0, stdout: '' })
  expect(first.stderr).toContain('[plan] appended 3 steps')
  expect(started(first.stderr)).toEqual(['all', 'plan', 'test-cart', 'test-money', 'test-till'])
  const ends = [...first.stderr.matchAll(/^\[(.*)\] end exit=0/gm)].map(([, key]) => key)
  expect(ends.at(-1)).toBe('all')

  await replace(join(project, 'packages/cart/src/cart.js'), 'sum + cents', 'cents + sum')
  const second = await hm(project, 'run')
  expect(second, second.stderr).toMatchObject({ code: 0, stdout: '' })
  expect(second.stderr).toContain('[test-money] cache hit')
  expect(started(second.stderr)).toEqual(['all', 'plan', 'test-cart', 'test-till'])
})

function started(lines: string): readonly (string | undefined)[] {
  return [...lines.matchAll(/^\[(.*)\] start/gm)].map(([, key]) => key).sort()
}

it.each([
  {
    name: 'typescript',
    pipeline: '.hm/pipeline.ts',
    steps: ['deps', 'build', 'test'],
    source: 'src/render-notes.ts',
    right: 'Nothing changed.',
    failing: /^\[test\] not ok \d+ - says so when nothing changed$/m,
  },
  {
    name: 'python',
    pipeline: '.hm/pipeline.py',
    steps: ['deps', 'test'],
    source: 'rota/rota.py',
    right: '// 7',
    failing: /^\[test\] FAIL: test_a_week_each /m,
  },
])(
  'the $name example',
  async ({ name, pipeline, steps, source, right, failing }) => {
    const project = await checkout(name)
    const file = join(project, source)

    expect(await hm(project, 'init', '--plain')).toMatchObject({ code: 0, stdout: '' })
    const committed = await readFile(join(root, 'examples', name, pipeline), 'utf8')
    expect(await readFile(join(project, pipeline), 'utf8')).toBe(committed)

    const first = await hm(project, 'run')
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).not.toContain('cache hit')

    const second = await hm(project, 'run')
    expect(second, second.stderr).toMatchObject({ code: 0 })
    for (const step of steps) expect(second.stderr).toContain(`[${step}] cache hit`)
    expect(second.stderr).not.toMatch(/^\[.*\] start/m)

    await replace(file, right, right.replace(/\w+/, '6'))
    const broken = await hm(project, 'run', '--format', 'human')
    expect(broken, broken.stderr).toMatchObject({ code: 1 })
    expect(broken.stderr).toMatch(failing)
    expect(broken.stderr).toContain('[deps] cache hit')

    await replace(file, right.replace(/\w+/, '6'), right)
    const mended = await hm(project, 'run')
    expect(mended, mended.stderr).toMatchObject({ code: 0 })
    expect(mended.stderr).toContain('[test] cache hit')
  },
  600_000,
)

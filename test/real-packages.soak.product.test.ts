/**
 * Published packages that ship their tests, as typical pipelines: install once, then test in four
 * forks.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, packFolder, startProduct } from './product.ts'

interface Published {
  readonly name: string
  readonly version: string
  /** The package's own test command. */
  readonly own: string
  /** Three further forks, each running a part of its tests. */
  readonly shards: readonly [string, string, string]
}

/** The first needs the fewest packages of others. */
const published: readonly Published[] = [
  {
    name: 'through',
    version: '2.3.8',
    own: 'npm test',
    shards: ['node test/async.js', 'node test/buffering.js', 'node test/end.js'],
  },
  {
    name: 'minimist',
    version: '1.2.8',
    own: 'npm run tests-only',
    shards: ["npx tape 'test/[a-c]*.js'", "npx tape 'test/[d-n]*.js'", "npx tape 'test/[o-z]*.js'"],
  },
  {
    name: 'json-stable-stringify',
    version: '1.0.1',
    own: 'npm test',
    shards: ['npx tape test/[a-n]*.js', 'npx tape test/[r-s]*.js', 'npx tape test/t*.js'],
  },
  {
    name: 'text-table',
    version: '0.2.0',
    own: 'npm test',
    shards: ['npx tap test/a*.js', 'npx tap test/[c-d]*.js', 'npx tap test/t*.js'],
  },
]

/** Bounded retries of the package client, because a registry may be slow or fail. */
const patience = {
  npm_config_fetch_retries: '5',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_timeout: '60000',
}

let folder: string
let product: Product

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'harmont-packages-'))
  product = await startProduct()
})
afterAll(async () => {
  await product?.remove()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

function unpack({ name, version }: Published): string {
  const archive = join(folder, `${name}-${version}.tgz`)
  const env = { ...process.env, ...patience }
  if (!existsSync(archive)) execFileSync('npm', ['pack', `${name}@${version}`, '--silent'], { cwd: folder, env })
  const target = mkdtempSync(join(folder, 'source-'))
  execFileSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1'])
  return target
}

function ir({ own, shards }: Published): string {
  const env = { ...patience, npm_config_update_notifier: 'false', npm_config_fund: 'false', npm_config_audit: 'false' }
  return flatIr(
    [
      { key: 'deps', cmd: 'npm install --ignore-scripts' },
      { key: 'own', cmd: own, builds_in: 'deps' },
      ...shards.map((cmd, index) => ({ key: `shard-${index + 1}`, cmd, builds_in: 'deps' })),
      { key: 'report', cmd: 'echo all green', depends_on: ['own', 'shard-1', 'shard-2', 'shard-3'] },
    ],
    { env },
  )
}

async function build(it: Published, source: string) {
  const pipeline = await product.api.ensurePipeline({
    name: it.name,
    repository: `npm/${it.name}`,
    default_branch: 'main',
  })
  const { number } = await product.api.createBuild(pipeline, {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: ir(it),
    source_b64: packFolder(source),
  })
  return buildEnd(product.api, pipeline, number)
}

test.for(published.slice(0, scaled(1)))('$name $version is built green from its published files', async (it) => {
  const { build: ended, jobs } = await build(it, unpack(it))
  const failed = [...jobs.values()].find((job) => job.state === 'failed')
  expect(ended.state, failed && `${failed.step_key}:\n${await product.api.readLog(failed.id)}`).toBe('passed')
  expect([...jobs.values()].map((job) => job.state)).toEqual(Array(6).fill('passed'))
})

test('a test broken on purpose: red, its exit code, dependents skipped, the failing output in the log', async () => {
  const it = published[0]
  if (it === undefined) throw new Error('there is no package')
  const source = unpack(it)
  const file = join(source, 'test/end.js')
  const text = readFileSync(file, 'utf8')
  const broken = text.replace('t.equal(ended, false)', "t.equal(ended, 'broken on purpose')")
  expect(broken).not.toBe(text)
  writeFileSync(file, broken)

  const { build: ended, jobs } = await build(it, source)
  expect(ended.state).toBe('failed')
  expect(jobs.get('shard-3')).toMatchObject({ state: 'failed', exit_code: 1, error_code: null })
  expect(jobs.get('own')).toMatchObject({ state: 'failed', exit_code: 1 })
  expect(jobs.get('shard-1')).toMatchObject({ state: 'passed', exit_code: 0 })
  expect(jobs.get('report')).toMatchObject({ state: 'skipped', skip_reason: 'prerequisite', exit_code: null })
  const log = await product.api.readLog(jobs.get('shard-3')?.id ?? '')
  expect(log).toContain('broken on purpose')
})

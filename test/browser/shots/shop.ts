/**
 * Creates the pipeline `shop` of the screenshots: services, inputs, shards, artifacts, annotations,
 * and tests that are red, flaky and in quarantine.
 */

import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import { buildEnd, flatIr, packFolder } from '../../product.ts'
import type { App } from '../app.ts'
import type { ShownRoute } from './routes.ts'

/**
 * Returns a command that ends after 20 minutes, because the last build still runs when its server
 * is stopped.
 */
const shell = (text: string) => `trap 'exit 0' TERM; ${text}; for i in $(seq 1200); do sleep 1; done`
const database = {
  ...{ name: 'db', image: 'host', ready_log: 'ready to accept' },
  command: shell('echo "starting PostgreSQL 18.1"; echo "database system is ready to accept connections"'),
}
const cache = { ...database, name: 'cache', command: shell('echo "* ready to accept connections tcp"') }
const neverReady = { name: 'db', image: 'host', command: database.command, ready_command: 'false' }
const broken = {
  ...neverReady,
  command: 'echo "FATAL: data directory /var/lib/postgresql has wrong ownership"; exit 1',
}

/** The tests of each shard: file, suites, name. */
const shards = [
  [
    ['src/catalogue.test.ts', 'catalogue > prices', 'a price has two decimals'],
    ['src/catalogue.test.ts', 'catalogue', 'lists every product'],
  ],
  [
    ['src/stock.test.ts', 'stock', 'two customers do not buy the last one'],
    ['src/stock.test.ts', 'stock', 'counts down'],
  ],
  [
    ['src/cart.test.ts', 'cart', 'is made anew'],
    [
      'src/checkout.test.ts',
      'checkout > with a voucher that nobody has used before',
      'is paid once, also when it is sent twice',
    ],
  ],
] as const
const messages: Readonly<Record<string, string>> = {
  'a price has two decimals':
    'expected "29.0 €" to equal "29.00 €"\n\n- 29.00 €\n+ 29.0 €\n\n  at src/catalogue.test.ts:20:5',
  'two customers do not buy the last one':
    'timed out after 5000 ms while it waited for the last reservation\n  at src/stock.test.ts:41:3',
  'is made anew': 'relation "carts" already exists\n  at src/cart.test.ts:9:3',
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Returns the report of a shard in which these tests are red. */
function report(shard: number, red: readonly string[]): string {
  const cases = (shards[shard] ?? []).map(([file, suite, name], index) => {
    const names = `file="${file}" classname="${escaped(suite)}" name="${escaped(name)}" time="${shard}.${index}4"`
    const failure = red.includes(name) ? `<failure>${escaped(messages[name] ?? 'failed')}</failure>` : ''
    return `<testcase ${names}>${failure}</testcase>`
  })
  return `<testsuite>${cases.join('\n')}</testsuite>`
}

interface Wish {
  /** Names of the tests that fail. */
  readonly red?: readonly string[]
  /** The name of a process in the second shard's sandbox that waits for `/red` or `/green`. */
  readonly gate?: string
}

function shard(index: number, { red = [], gate }: Wish) {
  const isGated = gate !== undefined && index === 1
  const gated = `sh -c 'until [ -e /red ] || [ -e /green ]; do sleep 0.1; done' ${gate}; test -e /green && printf %s "$GREEN" >junit.xml && exit 0`
  const own = (shards[index] ?? []).map(([, , name]) => name)
  return {
    ...{ key: `test-${index + 1}`, label: `test ${index + 1}/3`, builds_in: 'migrate' },
    ...{
      services: [{ ...database, from: 'migrate' }, cache],
      split: { files: 'src/*.test.ts', index: index + 1, total: 3 },
    },
    ...{ tests: { forks: 2, quarantine: true }, artifacts: [{ path: 'junit.xml', when: 'always', kind: 'junit' }] },
    env: { RED: report(index, red), GREEN: report(index, []) },
    cmd: [
      'cat $HARMONT_SPLIT',
      ...(isGated ? [gated] : []),
      'printf %s "$RED" >junit.xml; failed=0',
      ...own.map((name) => (red.includes(name) ? `echo "✖ ${name}"; failed=1` : `echo "✔ ${name}"`)),
      'exit $failed',
    ].join('\n'),
  }
}

const summary = [
  '## Bundle',
  '| file | before | now |',
  '|---|--:|--:|',
  '| `index.js` | 212 kB | **208 kB** |',
  '| `vendor-with-a-very-long-name-that-does-not-break.js` | 640 kB | 702 kB |',
  '',
  'Compared with [main](https://example.com/main). ~~3~~ 2 licences are unknown.',
].join('\n')
const site = {
  ...{ key: 'site', label: 'site', env: { SUMMARY: summary } },
  artifacts: [{ path: 'dist/**' }, { path: 'licences.txt', when: 'always' }],
  cmd: [
    'mkdir -p dist/assets "$HARMONT_OUTPUT/annotations"; echo "<p>shop" >dist/index.html; echo MIT >licences.txt',
    'head -c 213000 /dev/zero >dist/assets/index-8f2c1d.js; head -c 70000 /dev/zero >dist/assets/logo.png',
    'printf %s "$SUMMARY" >"$HARMONT_OUTPUT/summary.md"',
    'echo "2 dependencies have **unknown** licences" >"$HARMONT_OUTPUT/annotations/licences.warning.md"',
  ].join('\n'),
}
const migrate = { key: 'migrate', label: 'migrate', cmd: 'echo "applied 14 migrations"', services: [database] }
const deploy = {
  ...{ key: 'deploy', label: 'deploy', depends_on: ['test-1', 'test-2', 'test-3'] },
  ...{ inputs: [{ from: 'site', path: 'dist/**' }], cmd: 'find dist -type f; echo "Deploying 3 files of the site"' },
}
const stepsOf = (wish: Wish) => [migrate, site, ...[0, 1, 2].map((index) => shard(index, wish)), deploy]

function packSource(): string {
  const folder = mkdtempSync('/var/tmp/harmont-shots-')
  try {
    mkdirSync(join(folder, 'src'))
    for (const [file] of shards.flat()) writeFileSync(join(folder, file), '\n'.repeat(50))
    return packFolder(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * Creates builds, and returns their pages. Build 1 passed. Build 2 has a test that forks prove
 * flaky, and build 3 has this test in quarantine. In build 4, on a branch, two tests fail. In build
 * 5 a service ends before it is ready, and in build 6 a service never becomes ready.
 */
export async function fillShop({ product: { api, pool } }: App): Promise<readonly ShownRoute[]> {
  await api.ensurePipeline({ name: 'shop', repository: 'https://github.com/acme/shop', default_branch: 'main' })
  const source_b64 = packSource()
  const start = async (message: string, steps: readonly Record<string, unknown>[], branch = 'main') => {
    const facts = { branch, message, commit: `${message.length}`.repeat(40).slice(0, 40) }
    return (await api.createBuild('shop', { ...facts, pipeline_ir: flatIr(steps), source_b64 })).number
  }
  const flaky = 'two customers do not buy the last one'
  const run = async (...args: Parameters<typeof start>) => buildEnd(api, 'shop', await start(...args))
  await run('Sell shirts', stepsOf({}))
  const gate = `gate-${randomUUID()}`
  const second = await start('Reserve before paying', stepsOf({ red: [flaky], gate }))
  await touchWhenThere(gate, '/red')
  await buildEnd(api, 'shop', second)
  await touchWhenThere(gate, '/green')
  await until(async () => (await pool.query("select from engine.test_verdicts where verdict = 'flaky'")).rowCount === 1)
  await run('Show stock on the page', stepsOf({ red: [flaky] }))
  await run('Prices have one decimal', stepsOf({ red: ['a price has two decimals', 'is made anew'] }), 'prices')
  await until(async () => (await pool.query('select from engine.probes')).rowCount === 0)
  await run('Move the data of PostgreSQL', [{ ...migrate, services: [broken, cache] }], 'postgres-18')
  await pool.query("update engine.artifacts set expired_at = '2026-11-01' where path = 'licences.txt'")
  const slow = { ...neverReady, ready: { timeout_seconds: 3_000 } }
  await start('Wait for the database', [
    { ...migrate, services: [slow, cache] },
    { ...site, depends_on: ['migrate'] },
  ])
  const { rows } = await pool.query<{ key: string }>('select key from engine.test_cases where name = $1', [flaky])
  return pages(rows[0]?.key ?? '')
}

function pages(test: string): readonly ShownRoute[] {
  return Object.entries({
    'shop-flaky': 'builds/2',
    'shop-quarantine': 'builds/3',
    'shop-red': 'builds/4',
    'shop-inputs': 'builds/3?job=deploy',
    'shop-service-failed': 'builds/5',
    'shop-services-starting': 'builds/6',
    'shop-waterfall': 'builds/3?view=waterfall',
    'shop-build-tests': 'builds/2?view=tests',
    'shop-build-tests-failed': 'builds/4?view=tests&tests=failed',
    'shop-artifacts': 'builds/3?view=artifacts',
    'shop-tests': 'tests',
    'shop-tests-flaky': 'tests?state=flaky',
    'shop-tests-quarantined': 'tests?state=quarantined',
    'shop-test': `tests/${test}`,
  }).map(([name, path]) => ({ name, path: `/default/pipelines/shop/${path}` }))
}

/** Creates a file in the sandbox of a process once the process runs. */
function touchWhenThere(name: string, path: string): Promise<unknown> {
  return until(async () => {
    try {
      touchInSandbox(name, path)
      return true
    } catch {
      return false
    }
  })
}

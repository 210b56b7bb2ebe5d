import { type Beat, events } from './story.test-support.ts'

const { annotation, buildStart, queued, waiting, start, log, cacheHit, skipped, retry, end, buildEnd } = events

/** Earlier durations of the steps of `web`. */
export const earlier: ReadonlyMap<string, number> = new Map([
  ['base', 41_000],
  ['install', 12_000],
  ['build', 4_000],
  ['unit', 5_000],
  ['e2e', 9_000],
  ['lint', 2_000],
])

const web: readonly Beat[] = [
  [0, buildStart(9)],
  [0, queued('base', { display_name: ':apt: base packages' })],
  [0, queued('install', { parent_key: 'base', display_name: 'npm ci' })],
  [0, queued('build', { parent_key: 'install' })],
  [0, queued('unit', { parent_key: 'build', display_name: 'unit tests' })],
  [0, queued('e2e', { parent_key: 'build', display_name: 'end-to-end tests, with a name that goes on' })],
  [0, queued('lint', { parent_key: 'install' })],
  [0, queued('docs', { display_name: '文書を作る' })],
  [0, queued('audit', { parent_key: 'install' })],
  [0, queued('deploy', { depends_on: ['unit', 'e2e', 'lint'] })],
  [0, waiting('deploy', 'dependencies')],
  [100, cacheHit('base')],
  [0, start('install')],
  [0, start('docs')],
  [300, log('docs', '頁一を書いています')],
  [300, log('install', 'npm warn deprecated\x1b[31m inflight\x1b[0m@1.0.6: This module is not supported')],
  [600, log('install', '10%\r55%\r\x1b[2Kadded 412 packages in 9s')],
  [900, end('install', 'passed', 1900)],
  [0, start('build')],
  [0, start('lint')],
  [0, start('audit')],
  [500, log('build', 'vite v7.1.0 building for production...')],
  [400, log('lint', 'Checked 120 files in 80ms. \x1b]8;;http://evil.example\x07No fixes applied.\x1b]8;;\x07')],
  [0, end('lint', 'passed', 900)],
  [300, log('audit', '3 moderate severity vulnerabilities \u202egnihton')],
  [0, end('audit', 'failed', 1200, { soft_failed: true })],
  [800, log('build', '✓ 812 modules transformed.')],
  [300, end('build', 'passed', 2300)],
  [0, start('unit')],
  [0, start('e2e')],
  [400, log('e2e', 'Error: connect ECONNREFUSED 127.0.0.1:5432')],
  [200, retry('e2e', 1, 3)],
  [1000, start('e2e', 0, { attempt: 2 })],
  [700, log('unit', '  ok 41 - parses an empty document')],
  [500, log('docs', '頁二を書いています')],
  [800, end('docs', 'passed', 8100)],
  ...Array.from({ length: 12 }, (_, at): Beat => [120, log('e2e', `  ok ${at + 1} - page ${at + 1} loads`)]),
  [300, log('e2e', 'sh: 1: playwright: not found')],
  [100, end('e2e', 'failed', 3300, { exit_code: 127 })],
  [100, end('unit', 'canceled', 5200, { message: 'Stopped because e2e failed.' })],
  [0, skipped('deploy', 'Not run because e2e failed.')],
  [300, buildEnd('failed', 11_000)],
]

const many: readonly Beat[] = [
  [0, buildStart(401)],
  [0, queued('prepare')],
  ...Array.from({ length: 400 }, (_, at): Beat => [0, queued(`test-${at}`, { parent_key: 'prepare' })]),
  [0, start('prepare')],
  [800, end('prepare', 'passed', 800)],
  ...Array.from({ length: 400 }, (_, at): readonly Beat[] => [
    [at < 6 ? 0 : 25, start(`test-${at}`)],
    [0, log(`test-${at}`, `running test ${at}`)],
    ...(at < 6 ? [] : [[0, end(`test-${at - 6}`, at === 206 ? 'failed' : 'passed', 900)] as const]),
  ]).flat(),
  ...Array.from({ length: 6 }, (_, at): Beat => [300, end(`test-${394 + at}`, 'passed', 1200)]),
  [0, buildEnd('failed', 13_000)],
]

const chain: readonly Beat[] = [
  [0, buildStart(40)],
  ...Array.from({ length: 40 }, (_, at): Beat => [0, queued(`s${at}`, { parent_key: at === 0 ? null : `s${at - 1}` })]),
  ...Array.from({ length: 40 }, (_, at): readonly Beat[] => [
    [0, start(`s${at}`)],
    [150, log(`s${at}`, `work ${at}`)],
    [100, end(`s${at}`, 'passed', 250)],
  ]).flat(),
  [0, buildEnd('passed', 10_000)],
]

const pass: readonly Beat[] = [
  [0, buildStart(3)],
  [0, queued('install')],
  [0, queued('test', { parent_key: 'install' })],
  [0, queued('lint', { parent_key: 'install' })],
  [50, cacheHit('install')],
  [0, start('test')],
  [0, start('lint')],
  [600, end('lint', 'passed', 600)],
  [700, log('test', '12 passed')],
  [
    0,
    annotation('test', 'summary', '# Coverage\n\n| package | lines |\n|---|--:|\n| engine | 91.4% |\n| 文書 | 12% |'),
  ],
  [0, annotation('test', 'warning', 'The bundle \x1b[31mgrew\x1b[0m by 12 kB \u202eevil', 'size')],
  [100, end('test', 'passed', 1400)],
  [0, buildEnd('passed', 1500)],
]

/** Runs for visual inspection, with the time between their events. */
export const stories: Readonly<Record<string, readonly Beat[] | undefined>> = { web, many, chain, pass }

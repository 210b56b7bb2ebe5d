import { type PlannedStep, parsePlan } from '@harmont/ir'
import { expect, test } from 'vitest'
import { plainOf } from '../terminal/span.ts'
import { widthOf } from '../terminal/text-width.ts'
import { ascii, unicode } from './charset.ts'
import { graphLines } from './graph.ts'

const step = (key: string, fields: object = {}) => ({ type: 'command', key, cmd: 'true', ...fields })
const parsed = parsePlan(
  JSON.stringify({
    version: '0',
    steps: [
      step('deps', {
        label: 'npm ci',
        image: 'node:24',
        cache: { policy: 'on_change', paths: ['package-lock.json', 'patches'], key: 'k' },
      }),
      step('build', { builds_in: 'deps', cache: { policy: 'ttl', duration_seconds: 7200, env_keys: [], key: 't' } }),
      step('test', { builds_in: 'build', depends_on: ['lint'], retry: { limit: 2 } }),
      step('lint', { builds_in: 'deps', soft_fail: true }),
      step('deploy', { image: 'node:24', depends_on: ['test', 'lint'], if: { local: false } }),
    ],
  }),
)
if (!parsed.ok) throw new Error(parsed.error.message)
const { plan } = parsed
const skipReason = ({ condition }: PlannedStep) => (condition === null ? null : 'it does not run locally')
const drawn = (width: number, charset = unicode) => graphLines(plan, { charset, width, skipReason }).map(plainOf)

test('draws a step below its parent, with its dependencies and its cache policy', () => {
  expect(drawn(100)).toEqual([
    'npm ci (deps)  on node:24, cached until package-lock.json or patches changes',
    '├─ build       cached for 2h 00m',
    '│  └─ test     after lint, up to 3 attempts',
    '└─ lint        may fail',
    'deploy         on node:24, after test and lint, skipped: it does not run locally',
  ])
})

test('notes wrap within 60 columns, and go below the names on narrower terminals', () => {
  expect(drawn(60)).toEqual([
    'npm ci (deps)  on node:24, cached until package-lock.json or',
    '│              patches changes',
    '├─ build       cached for 2h 00m',
    '│  └─ test     after lint, up to 3 attempts',
    '└─ lint        may fail',
    'deploy         on node:24, after test and lint, skipped: it',
    '               does not run locally',
  ])
  expect(drawn(30, ascii).slice(0, 6)).toEqual([
    'npm ci (deps)',
    '|    on node:24, cached until',
    '|    package-lock.json or',
    '|    patches changes',
    '|- build',
    '|  |    cached for 2h 00m',
  ])
  for (const width of [30, 60, 100]) for (const line of drawn(width)) expect(widthOf(line)).toBeLessThanOrEqual(width)
})

import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { plainOf } from '../terminal/span.ts'
import { widthOf } from '../terminal/text-width.ts'
import { ascii, type Charset, unicode } from './charset.ts'
import { fold } from './fold.ts'
import { frame, layOut } from './frame.ts'
import { anyRun } from './random-run.test-support.ts'
import { newRun } from './run-model.ts'
import { events } from './story.test-support.ts'

const { buildStart, queued, waiting, start, log, cacheHit, skipped, retry, end, buildEnd } = events

interface Drawing {
  readonly width: number
  readonly height: number
  readonly now?: number
  readonly charset?: Charset
  readonly durations?: ReadonlyMap<string, number>
}

function draw(told: readonly RunEvent[], drawing: Drawing): string[] {
  const { width, height, now = 65_000, charset = unicode, durations = new Map<string, number>() } = drawing
  const run = newRun()
  for (const event of told) fold(run, event)
  const earlier = { durations, parallelism: 2 }
  return frame(run, layOut(run, charset), { charset, width, height, now, earlier }).map(plainOf)
}

const everything: readonly RunEvent[] = [
  buildStart(9),
  queued('base', { display_name: ':apt: base packages' }),
  queued('install', { parent_key: 'base', display_name: 'npm ci' }),
  queued('unit', { parent_key: 'install', display_name: 'unit tests' }),
  queued('e2e', { parent_key: 'install', display_name: '端から端まで' }),
  queued('lint', { parent_key: 'install' }),
  queued('slow', { display_name: 'a step with a long name that goes on' }),
  queued('audit'),
  queued('deploy', { depends_on: ['unit', 'e2e', 'lint', 'slow'] }),
  queued('notify', { depends_on: ['slow'] }),
  cacheHit('base'),
  start('install'),
  end('install', 'passed', 12_340),
  start('unit', 60_000),
  log('unit', 'first'),
  log('unit', 'second'),
  log('unit', 'third \x1b[31mred\x1b[0m and so long that it does not fit on a line of eighty columns, by far'),
  start('e2e'),
  retry('e2e', 1, 3, 75),
  start('lint'),
  end('lint', 'failed', 900, { exit_code: 2 }),
  start('slow'),
  end('slow', 'timed_out', 60_000),
  start('audit'),
  end('audit', 'failed', 1200, { soft_failed: true, exit_code: 3 }),
  skipped('notify', 'Not run because a step with a long name that goes on failed.'),
  waiting('deploy', 'dependencies'),
]

describe('a frame', () => {
  test('of 80 columns', () => {
    expect(draw(everything, { width: 80, height: 24 })).toEqual([
      '✓ passed    :apt: base packages                   cached',
      '✓ passed      npm ci                              12s',
      '▸ running       unit tests                        5s',
      '                │ second',
      '                │ third red and so long that it does not fit on a line of eight…',
      '∙ waiting       端から端まで                      to try again  attempt 2 of 3',
      '✗ failed        lint                              900ms    exit 2',
      '✗ timed out a step with a long name that goes on  1m 00s',
      '! soft fail audit                                 1.2s     exit 3',
      '∙ waiting   deploy                                for unit tests, 端から端まで',
      '- skipped   notify                                Not run because a step with a…',
      '6 of 9 done, 1 running, 2 failed  1m 05s',
    ])
  })

  test('draws 40 columns in ASCII', () => {
    expect(draw(everything, { width: 40, height: 24, charset: ascii })).toEqual([
      '+ passed    :apt: base pac~  cached',
      '+ passed      npm ci         12s',
      '> running       unit tests   5s',
      '                | second',
      '                | third red and so long~',
      '. waiting       ??????       to try aga~',
      'x failed        lint         900ms    e~',
      'x timed out a step with a ~  1m 00s',
      '! soft fail audit            1.2s     e~',
      '. waiting   deploy           for unit t~',
      '- skipped   notify           Not run be~',
      '6 of 9 done, 1 running, 2 failed  1m 05s',
    ])
  })

  test('draws 200 columns, with the remaining time', () => {
    const durations = new Map([
      ['unit', 30_000],
      ['e2e', 20_000],
      ['deploy', 45_000],
    ])
    const lines = draw(everything, { width: 200, height: 24, durations })
    expect(lines.slice(4, 6)).toEqual([
      '                │ third red and so long that it does not fit on a line of eighty columns, by far',
      '∙ waiting       端から端まで                      to try again  attempt 2 of 3',
    ])
    expect(lines.slice(-2)).toEqual([
      '- skipped   notify                                Not run because a step with a long name that goes on failed.',
      '6 of 9 done, 1 running, 2 failed  1m 05s, about 1m 10s left',
    ])
  })

  test('if too high, folds first finished steps, then waiting ones, then log lines; failures stay to the last', () => {
    expect(draw(everything, { width: 80, height: 10 })).toEqual([
      '✓ passed    :apt: base packages                   cached',
      '✓ passed      npm ci                              12s',
      '▸ running       unit tests                        5s',
      '                │ second',
      '                │ third red and so long that it does not fit on a line of eight…',
      '∙ waiting       端から端まで                      to try again  attempt 2 of 3',
      '✗ failed        lint                              900ms    exit 2',
      '✗ timed out a step with a long name that goes on  1m 00s',
      '… and 1 more soft fail, 1 more skipped, 1 more waiting',
      '6 of 9 done, 1 running, 2 failed  1m 05s',
    ])
    expect(draw(everything, { width: 80, height: 6 })).toEqual([
      '▸ running   unit tests                            5s',
      '            │ third red and so long that it does not fit on a line of eighty co…',
      '✗ failed    lint                                  900ms    exit 2',
      '✗ timed out a step with a long name that goes on  1m 00s',
      '… and 1 more soft fail, 2 more passed, 1 more skipped, 2 more waiting',
      '6 of 9 done, 1 running, 2 failed  1m 05s',
    ])
    expect(draw(everything, { width: 80, height: 1 })).toEqual(['6 of 9 done, 1 running, 2 failed  1m 05s'])
  })

  test('with many steps, counts the remaining passed ones', () => {
    const told = [
      buildStart(42),
      ...Array.from({ length: 42 }, (_, at) => queued(`s${at}`)),
      ...Array.from({ length: 40 }, (_, at) => end(`s${at}`, 'passed', 10)),
      start('s40', 64_000),
    ]
    expect(draw(told, { width: 60, height: 7 })).toEqual([
      '✓ passed    s37  10ms',
      '✓ passed    s38  10ms',
      '✓ passed    s39  10ms',
      '▸ running   s40  1s',
      '∙ waiting   s41',
      '… and 37 more passed',
      '40 of 42 done, 1 running  1m 05s',
    ])
  })

  test('has no counts before the steps are known', () => {
    expect(draw([buildStart(9)], { width: 80, height: 5, now: 3_000 })).toEqual([
      expect.stringMatching(/^starting {2}\d+s$/),
    ])
  })

  test('has no progress after the end', () => {
    const told = [queued('a'), end('a', 'passed', 10), buildEnd('passed', 20)]
    expect(draw(told, { width: 60, height: 7 })).toEqual(['✓ passed    a  10ms'])
  })

  test('explains why a step waits', () => {
    const told = [
      ...['a', 'b', 'c', 'd'].map((key) => queued(key, { depends_on: key === 'd' ? ['a', 'b', 'c'] : [] })),
      ...['runner', 'approval', 'concurrency_group', 'full_moon', 'preparation'].flatMap((reason, at) => [
        queued(reason, { display_name: `w${at}` }),
        waiting(reason, reason),
      ]),
      ...[queued('pull', { display_name: 'w5' }), waiting('pull', 'preparation'), log('pull', 'Pulling node:24…')],
    ]
    expect(draw(told, { width: 60, height: 20 }).slice(3, 10)).toEqual([
      '∙ waiting   d   for a, b and 1 more',
      '∙ waiting   w0  for a free slot',
      '∙ waiting   w1  for approval',
      '∙ waiting   w2  for its concurrency group',
      '∙ waiting   w3  for full moon',
      '∙ waiting   w4  preparing',
      '∙ waiting   w5  Pulling node:24…',
    ])
  })

  test('shows each step of a cycle once', () => {
    const told = [queued('a', { parent_key: 'b' }), queued('b', { parent_key: 'a' }), queued('c', { parent_key: 'c' })]
    expect(draw(told, { width: 60, height: 7 }).map((line) => line.trim().split(/ +/)[2])).toEqual(['c', 'a', 'b', '3'])
  })
})

test('no line exceeds the width, and no frame the height, for any events', () => {
  fc.assert(
    fc.property(
      anyRun,
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(unicode, ascii),
      (told, width, height, charset) => {
        for (const cut of [told.length, Math.floor(told.length / 2)]) {
          const lines = draw(told.slice(0, cut), { width, height, charset })
          expect(lines.length).toBeLessThanOrEqual(height)
          for (const line of lines) {
            expect(widthOf(line)).toBeLessThanOrEqual(width)
            // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is about control characters
            expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e]/)
          }
        }
      },
    ),
    { numRuns: scaled(60) },
  )
})

describe('services of a step', () => {
  const service = (name: string, fields: object = {}): RunEvent => ({
    ...({ kind: 'service', step_id: 'id-unit', service_id: `id-${name}`, name, image: 'x', from: null } as const),
    ...({ state: 'starting', ready_ms: null, exit_code: null } as const),
    ...fields,
  })
  const waits = [
    buildStart(1),
    queued('unit'),
    waiting('unit', 'preparation'),
    service('db'),
    service('queue', { state: 'ready', ready_ms: 1_240 }),
  ]

  test.each([60, 100])('appear below a step that waits for them, at %i columns', (width) => {
    const lines = draw(waits, { width, height: 10 })
    expect(lines[0]).toMatch(/unit +for db$/)
    expect(lines.slice(1, 3).map((line) => line.trim())).toEqual(['│ db     starting', '│ queue  ready after 1.2s'])
  })

  test('appear above the last lines of a running step, and disappear at its end', () => {
    const runs = [...waits, service('db', { state: 'ready', ready_ms: 2_000 }), start('unit'), log('unit', 'a line')]
    expect(
      draw(runs, { width: 80, height: 10 })
        .map((line) => line.trim())
        .slice(1, 4),
    ).toEqual(['│ db     ready after 2.0s', '│ queue  ready after 1.2s', '│ a line'])
    expect(draw([...runs, end('unit', 'passed', 1)], { width: 80, height: 10 }).join('\n')).not.toContain('queue')
  })
})

import { once } from 'node:events'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { unicode } from './charset.ts'
import { anyRun } from './random-run.test-support.ts'
import { ScreenStream, screenTerminal } from './screen.test-support.ts'
import { events } from './story.test-support.ts'
import { TreeView } from './tree.ts'

const { buildStart, queued, start, log, end, skipped, times, buildEnd } = events
const earlier = { durations: new Map<string, number>(), parallelism: undefined }
const options = { env: { TERM: 'xterm-256color' }, charset: unicode, earlier, now: () => Date.now() }

afterEach(() => {
  vi.useRealTimers()
})

/** Opens a view on a screen, with a clock that advances only on demand. */
function open(columns: number, rows: number) {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: 1_000_000 })
  const screen = new ScreenStream(columns, rows)
  const view = new TreeView({ ...options, stderr: screenTerminal(screen) })
  const tell = async (...told: readonly RunEvent[]) => {
    for (const event of told) await view.show(event)
  }
  return { screen, view, tell, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

const frames = (screen: ScreenStream) => screen.written.split('\x1b[?2026h').length - 1

describe('the tree on a terminal', () => {
  test('steps appear below the generator that appended them, and the steps that wait for them come last', async () => {
    const { screen, view, tell, pass } = open(90, 14)
    await tell(
      buildStart(2, 1_000_000),
      queued('plan'),
      queued('all', { depends_on: ['plan'], after_appended: ['plan'] }),
      start('plan', 1_000_000),
    )
    const by = { appended_by: 'plan' }
    await tell(
      events.appended('plan', ['a', 'b', 'c']),
      queued('a', { ...by, parent_key: 'plan' }),
      queued('b', by),
      queued('c', { ...by, parent_key: 'a' }),
      end('plan', 'passed', 400, times(1_000_000, 400)),
      start('a', 1_000_000),
    )
    await pass(100)
    expect(await screen.lines()).toEqual([
      '✓ passed    plan   400ms    appended 3 steps',
      '▸ running     a    0s',
      '∙ waiting       c  for a',
      '∙ waiting     b',
      '∙ waiting   all    for all steps that plan appended',
      '1 of 5 done, 1 running  0s',
    ])
    // `c` is the last appended step to end, and `all` waited for it.
    const at = { a: 1_000_400, b: 1_000_400, c: 1_000_700, all: 1_001_000 }
    const ends = Object.entries(at).map(([key, from]) => end(key, 'passed', 300, times(from, 300)))
    await tell(...ends, buildEnd('passed', 1300))
    await view.close()
    expect(await screen.lines()).toContain('critical path: plan 400ms › a 300ms › c 300ms › all 300ms, 1.3s in all')
  })

  test('redraws in place with current times', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    await tell(buildStart(2, 1_000_000), queued('a'), queued('b', { parent_key: 'a' }), start('a', 1_000_000))
    await pass(100)
    expect(await screen.lines()).toEqual([
      '▸ running   a    0s',
      '∙ waiting     b  for a',
      '0 of 2 done, 1 running  0s',
    ])
    await pass(5000)
    expect(await screen.lines()).toEqual([
      '▸ running   a    5s',
      '∙ waiting     b  for a',
      '0 of 2 done, 1 running  5s',
    ])
    await tell(log('a', 'one'), log('a', 'two'), log('a', 'three'))
    await pass(100)
    expect(await screen.lines()).toEqual([
      '▸ running   a    5s',
      '            │ two',
      '            │ three',
      '∙ waiting     b  for a',
      '0 of 2 done, 1 running  5s',
    ])
    const [a, b] = [times(1_000_000, 5200), times(1_005_200, 400, 400)]
    await tell(end('a', 'passed', 5200, a), start('b', 1_005_600), end('b', 'passed', 400, b), buildEnd('passed', 6000))
    await view.close()
    expect(await screen.lines()).toEqual([
      '✓ passed    a    5.2s',
      '✓ passed      b  400ms',
      '',
      'passed in 6.0s: 2 passed',
      'critical path: a 5.2s › b 400ms, 6.0s in all, 7% waiting for',
      'a runner',
    ])
  })

  test('prints the last 50 lines of a failure above it at once, and they stay', async () => {
    const { screen, view, tell } = open(60, 10)
    await tell(buildStart(2, 1_000_000), queued('a'), queued('b'), start('a'), start('b', 1_000_000))
    await tell(...Array.from({ length: 70 }, (_, at) => log('a', `line ${at} ${'long '.repeat(20)}`)))
    await tell(end('a', 'failed', 1500, { exit_code: 137 }))
    const above = [
      '✗ failed a: exit 137 (SIGKILL) after 1.5s',
      ...Array.from({ length: 50 }, (_, at) => `  line ${at + 20} ${'long '.repeat(20)}`.trimEnd()),
      '  likely cause: it was killed (SIGKILL), usually because',
      'memory ran out',
      '',
    ]
    const running = ['✗ failed    a  1.5s     exit 137', '▸ running   b  0s', '1 of 2 done, 1 running, 1 failed  0s']
    expect((await screen.lines()).map((line) => line.trimEnd())).toEqual([...above, ...running])
    await tell(end('b', 'canceled', 10), buildEnd('failed', 1600))
    await view.close()
    expect((await screen.lines()).slice(0, above.length).map((line) => line.trimEnd())).toEqual(above)
  })

  test('is correct after the window changed its width or height', async () => {
    const { screen, view, tell, pass } = open(80, 12)
    await view.note('before')
    const name = 'a step with a name that takes most of the width of it'
    await tell(
      buildStart(3, 1_000_000),
      queued('a', { display_name: name }),
      queued('b', { display_name: name }),
      queued('c'),
    )
    await tell(start('a', 1_000_000), log('a', 'x'.repeat(200)))
    // A narrower window would scroll wrapped lines into the history. All these sizes fit.
    for (const [columns, rows] of [
      [30, 12],
      [79, 12],
      [17, 20],
      [120, 20],
      [60, 9],
      [61, 30],
    ] as const) {
      await pass(100)
      await screen.resize(columns, rows)
      await pass(100)
      const lines = await screen.lines()
      expect(lines[0]).toBe('before')
      expect(lines.filter((line) => line.startsWith('▸ running'))).toHaveLength(1)
      expect(lines.at(-1)).toMatch(columns === 17 ? /^0 of 3 done, 1 r…$/ : /^0 of 3 done, 1 running {2}[01]s$/)
      expect(lines).toHaveLength(6)
    }
    await view.close()
  })

  test('writes only changed lines, and nothing if nothing changed', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    await tell(queued('a'), queued('b'), queued('c'))
    await pass(100)
    const before = screen.written.length
    await pass(10_000)
    expect(screen.written.length).toBe(before)
    await tell(start('b', 1_010_000))
    await pass(100)
    const written = screen.written.slice(before)
    expect(written).toContain('running   b')
    expect(written).not.toMatch(/(waiting|running) {3}[ac]/)
    await view.close()
  })

  test('draws at most twelve frames per second', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    await tell(queued('a'), start('a', 1_000_000))
    const before = frames(screen)
    for (let at = 0; at < 500; at += 1) {
      await tell(log('a', `line ${at}`))
      await pass(2)
    }
    expect(frames(screen) - before).toBeGreaterThan(8)
    expect(frames(screen) - before).toBeLessThanOrEqual(13)
    await view.close()
  })

  test('draws even when events never pause', async () => {
    const { screen, view, tell } = open(60, 10)
    await tell(queued('a'), start('a', 1_000_000))
    const before = frames(screen)
    for (let at = 0; at < 300; at += 1) {
      vi.setSystemTime(1_000_000 + at * 10)
      await view.show(log('a', `line ${at}`))
    }
    expect(frames(screen) - before).toBeGreaterThan(20)
    await view.close()
  })

  test('skips frames while the terminal does not read, but no failures', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    screen.pause()
    screen.removeAllListeners('data')
    await tell(queued('a'), queued('b'), start('a', 1_000_000), start('b', 1_000_000))
    const stuck = view.note('x'.repeat(200_000))
    for (let at = 0; at < 50; at += 1) {
      await tell(log('b', `line ${at}`))
      await pass(200)
    }
    const failing = view.show(end('b', 'failed', 5))
    const text = String(screen.read())
    expect(text).not.toContain('│ line')
    await stuck
    await failing
    const rest = String(screen.read() ?? '')
    expect(text + rest).toContain('failed b: exit 1')
    expect((text + rest).match(/ {2}line \d+\r\n/g)).toHaveLength(50)
    await view.close()
  })

  test('hides the cursor and line wrap while it draws, and restores both', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    await tell(queued('a'))
    await pass(100)
    expect(screen.written).toContain('\x1b[?25l')
    await view.close()
    expect(screen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'))
    expect(screen.written.lastIndexOf('\x1b[?7h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?7l'))
    const written = screen.written
    await view.close()
    expect(screen.written).toBe(written)
  })

  test('shows the last state of an abandoned run, without a summary', async () => {
    const { screen, view, tell } = open(60, 10)
    await tell(buildStart(1, 1_000_000), queued('a'), start('a', 1_000_000))
    await view.close()
    expect(await screen.lines()).toEqual(['▸ running   a  0s', '0 of 1 done, 1 running  0s'])
  })

  test('escapes control characters of a hostile step', async () => {
    const { screen, view, tell, pass } = open(60, 10)
    await view.note('before')
    await tell(queued('a', { display_name: 'evil\x1b[2J\nname' }), start('a', 1_000_000))
    await tell(log('a', '\x1b[H\x1b[2J\x1b[?1049h\x1b]0;title\x07\x07gone'), skipped('a', 'why\x1b[A\r\n\r\n'))
    await pass(100)
    expect(await screen.lines()).toEqual(['before', '- skipped   evil?name  ?', '1 of 1 done, 0 running'])
    await view.close()
  })
})

test('for any events, the screen ends with the last frame and the correct counts, and shows every failure above', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRun,
      fc.integer({ min: 20, max: 100 }),
      fc.integer({ min: 4, max: 30 }),
      async (told, columns, rows) => {
        const screen = new ScreenStream(columns, rows)
        const view = new TreeView({ ...options, stderr: screenTerminal(screen) })
        for (const event of told) {
          await view.show(event)
          // Makes the frame grow and shrink as much as possible.
          if (event.kind === 'step_end') screen.emit('resize')
        }
        await view.show(buildEnd('failed', 1000))
        await view.close()
        if (screen.writableNeedDrain) await once(screen, 'drain')
        const lines = await screen.lines()
        const sums = new Map(
          Array.from(
            lines.join(' ').matchAll(/(\d+) (passed|failed|soft fail|timed out|canceled|skipped|waiting)/g),
            ([, sum, state]) => [state, Number(sum)],
          ),
        )
        const ended = told.filter((event) => event.kind === 'step_end')
        const failures = ended.filter(
          ({ state, soft_failed }) => (state === 'failed' || state === 'timed_out') && !soft_failed,
        )
        expect(lines.filter((line) => /^✗ (failed|timed out) .*: /.test(line)).length).toBeGreaterThanOrEqual(
          failures.length,
        )
        expect(sums.get('soft fail') ?? 0).toBe(ended.filter(({ soft_failed }) => soft_failed).length)
        expect(screen.written.endsWith('\x1b[?25h')).toBe(true)
      },
    ),
    { numRuns: scaled(20) },
  )
})

import { PassThrough } from 'node:stream'
import { styleText } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { ascii, unicode } from './charset.ts'
import { keyColor, linesView } from './lines.ts'
import { collect } from './screen.test-support.ts'
import { events } from './story.test-support.ts'

const { buildStart, queued, start, log, cacheHit, skipped, substituted, retry, end, times, buildEnd } = events
const none = { durations: new Map<string, number>(), parallelism: undefined }

async function linesOf(told: readonly RunEvent[], charset = unicode): Promise<string[]> {
  const { terminal, text } = collect()
  const view = linesView(terminal, charset, none)
  for (const event of told) await view.show(event)
  await view.close()
  return text().split('\n').slice(0, -1)
}

describe('a run as lines', () => {
  test('reports each step’s states in the words of the design document', async () => {
    expect(
      await linesOf([
        buildStart(4),
        queued('base'),
        queued('test', { parent_key: 'base' }),
        queued('lint'),
        queued('deploy'),
        cacheHit('base', 'run-7'),
        start('test'),
        log('test', 'hello'),
        retry('test', 1, 3, 75),
        start('test', 0, { attempt: 2, image: null, runner: 'r1' }),
        end('test', 'failed', 1234.4, { exit_code: 3 }),
        start('lint'),
        events.appended('lint', ['more']),
        end('lint', 'passed', 10),
        skipped('deploy', 'test failed'),
        end('deploy', 'skipped', 0),
        buildEnd('failed', 2000),
      ]),
    ).toEqual([
      '[base] cache hit (run-7)',
      '[test] start (runner=local image=ubuntu:24.04)',
      '[test] hello',
      '[test] retry 1/2 (exit=75)',
      '[test] start (runner=r1)',
      '[test] end exit=3 duration=1234ms',
      '[lint] start (runner=local image=ubuntu:24.04)',
      '[lint] end exit=0 duration=10ms',
      '[deploy] skipped (test failed)',
      'build: failed in 2.0s: 1 failed, 2 passed (1 cached), 1 skipped',
      'build: first failure: test, exit 3',
      'build: next: hm logs --failed  show the reports of the failed steps',
      'build:       hm shell test     open a shell where it failed',
      'build:       hm retry          rerun failed steps and those they blocked',
      'build: end exit=1 duration=2000ms',
    ])
  })

  test('names the unavailable image at its step, and again at the end', async () => {
    const told = [queued('test'), substituted('test', 'node:24'), start('test', 0, { image: 'node:24' })]
    expect(await linesOf([...told, end('test', 'passed', 10), buildEnd('passed', 20)])).toEqual([
      "[test] could not pull node:24: using the runner's own tools instead",
      '[test] start (runner=local image=node:24)',
      '[test] end exit=0 duration=10ms',
      'build: passed in 20ms: 1 passed',
      "build: not pulled: node:24 (the runner's own tools were used instead)",
      'build: end exit=0 duration=20ms',
    ])
  })

  test('explains why a step without an exit code ended', async () => {
    expect(
      await linesOf([
        queued('a'),
        end('a', 'timed_out', 60_000, { message: 'The step timed out after 60 s.' }),
        queued('b'),
        end('b', 'canceled', 5),
        queued('c'),
        end('c', 'failed', 5, { soft_failed: true }),
        queued('d'),
        { kind: 'step_retry', step_id: 'id-d', attempt: 1, of: 2, exit_code: null, reason: 'sandbox_lost' },
      ]),
    ).toEqual([
      '[a] end exit=none duration=60000ms (timed out: The step timed out after 60 s.)',
      '[b] end exit=none duration=5ms (canceled)',
      '[c] end exit=1 duration=5ms (does not fail the build)',
      '[d] retry 1/1 (sandbox_lost)',
    ])
  })

  test('splits overwritten text into lines, and cuts no line', async () => {
    const long = 'x'.repeat(100_000)
    expect(
      await linesOf([queued('a'), log('a', '1%\r50%\r100%\r'), log('a', ''), log('a', '\r'), log('a', long)]),
    ).toEqual(['[a] 1%', '[a] 50%', '[a] 100%', '[a] ', '[a] ', `[a] ${long}`])
  })

  test('escapes control characters in output and names', async () => {
    const told = [queued('a\x1b[2J'), log('a\x1b[2J', '\x1b]0;x\x07t\x07\u202e')]
    expect(await linesOf(told)).toEqual(['[a] t??'])
  })

  test('draws its summary in ASCII if the locale is not UTF-8', async () => {
    const [first, second] = [end('é', 'passed', 10, times(0, 10)), end('b', 'passed', 10, times(10, 10))]
    const told = [queued('é'), first, queued('b', { depends_on: ['é'] }), second]
    expect(await linesOf([...told, buildEnd('passed', 20)], ascii)).toContain(
      'build: critical path: ? 10ms > b 10ms, 20ms in all',
    )
  })

  test('colours a key the same in every line and every run', async () => {
    const { terminal, text } = collect({ color: true })
    const view = linesView(terminal, unicode, none)
    for (const event of [queued('test'), log('test', 'one'), log('test', 'two')]) await view.show(event)
    await view.close()
    const key = styleText(keyColor('test'), '[test]', { validateStream: false })
    expect(text()).toBe(`${key} one\n${key} two\n`)
    expect(keyColor('test')).toBe('magenta')
    expect(new Set(Array.from('abcdefg', keyColor)).size).toBeGreaterThan(4)
  })

  test('waits for a slow reader and drops nothing', async () => {
    const stream = new PassThrough({ highWaterMark: 64 })
    const { terminal } = collect({ stream })
    const view = linesView(terminal, unicode, none)
    await view.show(queued('a'))
    let told = 0
    const telling = (async () => {
      for (; told < 500; told += 1) await view.show(log('a', `line ${told}`))
      await view.close()
      stream.end()
    })()
    await new Promise((resolve) => setImmediate(resolve))
    expect(told).toBeLessThan(20)
    let text = ''
    for await (const chunk of stream) text += chunk
    await telling
    expect(text).toBe(Array.from({ length: 500 }, (_, at) => `[a] line ${at}\n`).join(''))
  })

  test('continues after the terminal is gone', async () => {
    const stream = new PassThrough({ highWaterMark: 1 })
    const { terminal } = collect({ stream })
    const view = linesView(terminal, unicode, none)
    await view.show(queued('a'))
    const blocked = view.show(log('a', 'nobody reads this'))
    stream.destroy(new Error('EIO'))
    await blocked
    await view.show(end('a', 'passed', 1))
    await view.close()
  })

  test('an event of a step that was never queued is a defect', async () => {
    await expect(linesOf([log('a', 'x')])).rejects.toThrow('step id-a has an event before it was queued')
  })
})

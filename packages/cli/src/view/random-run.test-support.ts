import fc from 'fast-check'
import type { RunEvent, StepState } from '../events/run-event.ts'
import { events } from './story.test-support.ts'

/** Generates text that an attacker could use as a step's name or output. */
const hostileText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '\x1b[2J\x1b[H\x1b[?1049h',
    'bell\x07\r\noverwritten\rshort',
    '\x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \x1b]0;title',
    '\u202eabc\u202c\u2066x\u2069',
    'x'.repeat(5000),
    '文'.repeat(300),
    `e${'\u0301'.repeat(400)}`,
    '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(20),
    '',
  ),
)

const states = fc.constantFrom<StepState>('passed', 'failed', 'skipped', 'canceled', 'timed_out')

/** Generates the events of one step, in an order that a producer guarantees. */
const anyLife = fc.record({
  name: hostileText,
  parent: fc.nat(),
  isRoot: fc.boolean(),
  dependsOn: fc.array(fc.nat(), { maxLength: 3 }),
  lines: fc.array(hostileText, { maxLength: 6 }),
  way: fc.constantFrom('run', 'cached', 'skipped', 'retried', 'never'),
  state: states,
  softFailed: fc.boolean(),
  durationMs: fc.integer({ min: 0, max: 4_000_000 }),
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  message: fc.option(hostileText),
})

/**
 * Returns the events of a run of up to 40 steps: all are queued first, then their states are
 * interleaved.
 */
export const anyRun: fc.Arbitrary<RunEvent[]> = fc
  .tuple(fc.array(anyLife, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 200 }), fc.boolean())
  .map(([lives, turns, ends]) => {
    const queues = lives.map((life, index) => ({ key: `k${index}`, life }))
    const key = (number: number) => `k${number % lives.length}`
    const told: RunEvent[] = [
      events.buildStart(lives.length),
      ...queues.map(({ key: own, life }, index) =>
        events.queued(own, {
          display_name: life.name,
          parent_key: life.isRoot || index === 0 ? null : `k${life.parent % index}`,
          depends_on: life.dependsOn.map(key),
        }),
      ),
    ]
    const rest = queues.map(({ key: own, life }) => lifeOf(own, life))
    for (const turn of turns) told.push(...(rest[turn % Math.max(1, rest.length)]?.splice(0, 1) ?? []))
    for (const left of rest) told.push(...left)
    if (ends) told.push(events.buildEnd('failed', 1000))
    return told
  })

type Life = typeof anyLife extends fc.Arbitrary<infer Value> ? Value : never

function lifeOf(key: string, { way, lines, state, softFailed, durationMs, exitCode, message }: Life): RunEvent[] {
  const { start, log, end, retry, cacheHit, skipped } = events
  const logs = lines.map((line) => log(key, line))
  const soft = softFailed && (state === 'failed' || state === 'timed_out')
  const last = end(key, state, durationMs, { soft_failed: soft, exit_code: exitCode, message })
  if (way === 'never') return []
  if (way === 'cached') return [cacheHit(key), end(key, 'passed', 0)]
  if (way === 'skipped') return [skipped(key, message ?? 'no reason'), end(key, 'skipped', 0)]
  const attempt = [start(key, 1000), ...logs]
  return way === 'run' ? [...attempt, last] : [...attempt, retry(key, 1, 3, exitCode), ...attempt, last]
}

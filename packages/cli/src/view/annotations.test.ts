import { expect, test } from 'vitest'
import type { RunEvent } from '../events/run-event.ts'
import { plainOf } from '../terminal/span.ts'
import { annotationLines } from './annotations.ts'
import { ascii, unicode } from './charset.ts'
import { fold } from './fold.ts'
import { newRun } from './run-model.ts'
import { events } from './story.test-support.ts'
import { summary } from './summary.ts'

const { annotation, buildStart, queued, start, retry, end, buildEnd } = events

function ending(told: readonly RunEvent[]): string[] {
  const run = newRun()
  for (const event of told) fold(run, event)
  const earlier = { durations: new Map<string, number>(), parallelism: 2 }
  return summary(run, { charset: unicode, earlier, width: 60 }).map(plainOf)
}

test('the end of a run shows the annotations of its steps, from the last attempt only, without escapes', () => {
  const hostile = '\u001b]0;title\u0007a\u001b[31mred\r\nb\u202eevil\u0000\n\n'
  const told = ending([
    buildStart(1),
    queued('unit', { display_name: 'unit \u001b[31mtests' }),
    start('unit'),
    annotation('unit', 'error', 'of the first attempt'),
    retry('unit', 1, 2),
    start('unit'),
    annotation('unit', 'summary', '# Sum\n\n- one', 'summary'),
    annotation('unit', 'warning', hostile, 'si\u202eze'),
    end('unit', 'passed', 1000),
    buildEnd('passed', 1000),
  ])
  const from = told.indexOf('summary of unit tests')
  expect(told.slice(from, from + 7)).toEqual([
    'summary of unit tests',
    '  # Sum',
    '',
    '  - one',
    'warning: si?ze (unit tests)',
    '  ared',
    '  b?evil?',
  ])
})

test('long annotations and large numbers of them are cut, and the cut is reported', () => {
  const one = { step: 's', name: 'n', style: 'info', markdown: 'x\n'.repeat(400) } as const
  const lines = annotationLines(Array<typeof one>(30).fill(one), ascii).map(plainOf)
  expect(lines).toHaveLength(20 * 22 + 1)
  expect([lines[21], lines.at(-1)]).toEqual(['  and 380 more lines', 'and 10 more annotations'])
})

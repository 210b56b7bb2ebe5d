import { duration } from '../../terminal/amounts.ts'
import { type Line, span } from '../../terminal/span.ts'
import { wrapLine } from '../../terminal/text-width.ts'
import type { Charset } from '../charset.ts'
import { type Step, stateName } from '../run-model.ts'
import { stateLabels, stateStyles } from '../state-labels.ts'
import { failureExcerpt } from './failure-excerpt.ts'
import { endingText, likelyCause } from './likely-cause.ts'

/**
 * Shows the command of a step without output in one line, because a check such as `test -z` fails
 * silently.
 */
function silentLines({ command }: Step, charset: Charset): Line[] {
  const [first = '', ...more] = (command ?? '').trim().split('\n')
  const shown = first.length > 300 || more.length > 0 ? `${first.slice(0, 300)} ${charset.cut}` : first
  const ran = shown === '' ? [] : [[span('  its command: ', 'dim'), span(charset.text(shown))]]
  return [[span('  (it printed nothing)', 'dim')], ...ran]
}

/**
 * Describes a failure at its occurrence: its ending, its reports or last lines, and its likely
 * cause. Leaves wrapping of long lines to the terminal, so that they can be copied whole.
 */
export function failureLines(step: Step, charset: Charset, width: number): Line[] {
  const state = stateName(step)
  const after = step.durationMs === null || step.startedAt === null ? '' : ` after ${duration(step.durationMs)}`
  const attempts = step.attempt === 1 ? '' : `, attempt ${step.attempt}`
  // A step that did not start has only remarks, and the cause repeats the last one.
  const lines = step.startedAt === null ? [] : failureExcerpt(step)
  const cause = likelyCause(step)
  return [
    [
      span(`${charset.signs[state]} ${stateLabels[state]} ${charset.text(step.name)}`, stateStyles[state]),
      span(`: ${endingText(step)}${after}${attempts}`),
    ],
    ...(lines.length === 0 && step.startedAt !== null ? silentLines(step, charset) : []),
    ...lines.map((line) => (line === '' ? [] : [span('  '), span(charset.text(line))])),
    ...(cause === null ? [] : wrapLine([span('  likely cause: ', 'bold'), span(charset.text(cause))], width)),
    [],
  ]
}

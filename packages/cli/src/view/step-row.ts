import { count, duration, wholeSeconds } from '../terminal/amounts.ts'
import { type Line, span } from '../terminal/span.ts'
import { fit, pad } from '../terminal/text-width.ts'
import type { Charset } from './charset.ts'
import { lastLines } from './fold.ts'
import { isOver, type Run, type Service, type Step, stateName } from './run-model.ts'
import { labelWidth, stateLabels, stateStyles } from './state-labels.ts'

/** Columns before the name: sign, blank, word, blank. */
export const nameColumn = labelWidth + 3
/** Columns of the longest usual duration: `12m 05s`. */
const timeWidth = 7

export interface Columns {
  readonly charset: Charset
  readonly nameWidth: number
  /** Maximum depth of indentation. */
  readonly deepest: number
  readonly now: number
}

/** Draws one step: sign and label of its state, its name at this depth, its time, and remarks. */
export function stepRow(step: Step, depth: number, run: Run, { charset, nameWidth, deepest, now }: Columns): Line {
  const state = stateName(step)
  const style = stateStyles[state]
  const name = fit(indent(depth, deepest) + charset.text(step.name), nameWidth, charset.cut)
  return [
    span(charset.signs[state], style),
    span(` ${pad(stateLabels[state], labelWidth)} `, style),
    span(pad(name, nameWidth), state === 'waiting' || state === 'skipped' ? 'dim' : undefined),
    span(`  ${charset.text(details(step, run, now))}`, 'dim'),
  ]
}

/** Draws the services of a step, below its row. */
export function serviceRows({ services }: Step, count: number, depth: number, columns: Columns): Line[] {
  const { charset, deepest } = columns
  const before = `${' '.repeat(nameColumn)}${indent(depth, deepest)}${charset.bar} `
  const width = Math.max(0, ...services.map(({ name }) => name.length))
  return services
    .slice(0, count)
    .map((service) => [span(`${before}${pad(charset.text(service.name), width)}  ${serviceText(service)}`, 'dim')])
}

function serviceText({ state, ready_ms, exit_code }: Service): string {
  const exit = exit_code === null ? '' : `  exit ${exit_code}`
  if (state === 'ready') return ready_ms === null ? 'ready' : `ready after ${duration(ready_ms)}`
  return `${state}${exit}`
}

/** Draws a running step's last lines, below its row. */
export function logRows(step: Step, count: number, depth: number, { charset, deepest }: Columns): Line[] {
  const before = `${' '.repeat(nameColumn)}${indent(depth, deepest)}${charset.bar} `
  return lastLines(step, count).map((line) => [span(before + charset.text(line), 'dim')])
}

function indent(depth: number, deepest: number): string {
  return '  '.repeat(Math.min(depth, deepest))
}

function details(step: Step, run: Run, now: number): string {
  if (step.state === 'waiting') return joined([waitText(step, run), attempt(step)])
  if (step.state === 'skipped') return step.message ?? ''
  const time = step.cached ? 'cached' : timeOf(step, now)
  const substitute = step.substitutedImage === null ? '' : `not on ${step.substitutedImage}`
  const appended = step.appended === 0 ? '' : `appended ${count(step.appended, 'step')}`
  return joined([pad(time, timeWidth), exit(step), attempt(step), appended, substitute])
}

function timeOf({ state, startedAt, durationMs }: Step, now: number): string {
  if (state === 'running') return startedAt === null ? '' : wholeSeconds(now - startedAt)
  return durationMs === null ? '' : duration(durationMs)
}

function attempt({ attempt: number, attempts, state }: Step): string {
  if (number === 1) return ''
  return attempts === null || state === 'passed' ? `attempt ${number}` : `attempt ${number} of ${attempts}`
}

function exit({ state, exitCode, errorCode }: Step): string {
  if (state !== 'failed' || exitCode === null) return ''
  // The command passed, but later work failed.
  return exitCode === 0 && errorCode !== null ? errorCode.replaceAll('_', ' ') : `exit ${exitCode}`
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ')
}

/** Texts for the documented `wait_reason`s of the API; any other reason is shown unchanged. */
const reasons: Readonly<Record<string, string | undefined>> = {
  dependencies: 'for other steps',
  runner: 'for a free slot',
  approval: 'for approval',
  retry_delay: 'to try again',
  concurrency_group: 'for its concurrency group',
  pipeline_limit: 'for the limit of its pipeline',
  organization_limit: 'for the limit of its organization',
}

/** Returns the wait reason of a step in words. */
function waitText(step: Step, run: Run): string {
  // Before its start, a step has only the engine's remarks on its preparation.
  const starting = step.services.filter(({ state }) => state === 'starting').map(({ name }) => name)
  if (step.waitReason === 'preparation' && starting.length > 0) return `for ${starting.join(', ')}`
  if (step.waitReason === 'preparation') return lastLines(step, 1)[0] ?? 'preparing'
  if (step.waitReason !== null && step.waitReason !== 'dependencies')
    return reasons[step.waitReason] ?? `for ${step.waitReason.replaceAll('_', ' ')}`
  const names: string[] = []
  let more = 0
  for (const key of [...(step.parentKey === null ? [] : [step.parentKey]), ...step.dependsOn]) {
    const other = run.byKey.get(key)
    if (other === undefined || isOver(other)) continue
    if (names.length < 2) names.push(other.name)
    else more += 1
  }
  const appending = step.afterAppended.flatMap((key) => run.byKey.get(key)?.name ?? [])
  if (names.length === 0 && appending.length > 0) return `for all steps that ${appending.join(' and ')} appended`
  if (names.length === 0) return reasons[step.waitReason ?? ''] ?? ''
  return `for ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`
}

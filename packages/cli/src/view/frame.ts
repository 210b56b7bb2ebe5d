import { wholeSeconds } from '../terminal/amounts.ts'
import { type Line, span } from '../terminal/span.ts'
import { fitLine, widthOf } from '../terminal/text-width.ts'
import type { Charset } from './charset.ts'
import { chooseRows } from './choose-rows.ts'
import { type Earlier, timeLeft } from './durations.ts'
import { type Run, type StateName, type Step, stateName } from './run-model.ts'
import { stateLabels, sumOrder } from './state-labels.ts'
import { logRows, nameColumn, serviceRows, stepRow } from './step-row.ts'
import { type Place, treeOrder } from './tree-order.ts'

/** The layout of a run's tree, reused until new steps appear. */
export interface Layout {
  readonly places: readonly Place[]
  /** Number of columns of the longest name, with its indentation. */
  readonly longestName: number
}

/** Maximum depth of indentation, regardless of the available width. */
const deepest = 8

export function layOut(run: Run, { text }: Charset): Layout {
  const places = treeOrder(run)
  const depths: number[] = []
  let longestName = 0
  for (const { step, parent } of places) {
    const depth = (depths[parent] ?? -1) + 1
    depths.push(depth)
    longestName = Math.max(longestName, Math.min(depth, deepest) * 2 + widthOf(text(step.name)))
  }
  return { places, longestName }
}

export interface FrameOptions {
  readonly charset: Charset
  readonly width: number
  /** Maximum number of lines of the frame. */
  readonly height: number
  /** Unix milliseconds. */
  readonly now: number
  readonly earlier: Earlier
}

/**
 * Draws the current state of the run: its tree, the counts of hidden steps, and its progress. The
 * last line disappears once the build has ended.
 */
export function frame(run: Run, layout: Layout, options: FrameOptions): Line[] {
  const { charset, width, height, now } = options
  const footer = run.end === null ? [progress(run, options)] : []
  const room = height - footer.length
  let chosen = chooseRows(layout.places, room)
  if (chosen.hidden.length > 0) chosen = chooseRows(layout.places, room - 1)
  const nameWidth = Math.min(layout.longestName, Math.max(8, Math.floor((width - nameColumn) * 0.55)))
  const fits = nameWidth === layout.longestName
  const columns = { charset, nameWidth, deepest: fits ? deepest : Math.min(deepest, Math.floor(nameWidth / 4)), now }
  const lines = chosen.rows.flatMap(({ step, depth, lines: count, services }) => [
    stepRow(step, depth, run, columns),
    ...(services === 0 ? [] : serviceRows(step, services, depth, columns)),
    ...(count === 0 ? [] : logRows(step, count, depth, columns)),
  ])
  const rest = chosen.hidden.length === 0 || room < 1 ? [] : [[span(moreText(chosen.hidden, charset), 'dim')]]
  return [...lines, ...rest, ...footer].slice(-Math.max(0, height)).map((line) => fitLine(line, width, charset.cut))
}

function moreText(hidden: readonly Step[], { cut }: Charset): string {
  const sums = new Map<StateName, number>()
  for (const step of hidden) sums.set(stateName(step), (sums.get(stateName(step)) ?? 0) + 1)
  const parts = sumOrder.flatMap((state) => {
    const sum = sums.get(state)
    return sum === undefined ? [] : [`${sum} more ${stateLabels[state]}`]
  })
  return `${cut === '…' ? '…' : '...'} and ${parts.join(', ')}`
}

function progress(run: Run, { now, earlier }: FrameOptions): Line {
  const { waiting, running } = run.counts
  const done = run.steps.length - waiting - running
  const failed = run.failures.length
  const left = timeLeft(run, earlier, now)
  const times = [
    ...(run.startedAt === null ? [] : [wholeSeconds(now - run.startedAt)]),
    ...(left === null || left < 1000 ? [] : [`about ${wholeSeconds(left)} left`]),
  ]
  return [
    span(run.steps.length === 0 ? 'starting' : `${done} of ${run.steps.length} done, ${running} running`, 'bold'),
    ...(failed === 0 ? [] : [span(`, ${failed} failed`, ['red', 'bold'])]),
    span(times.length === 0 ? '' : `  ${times.join(', ')}`),
  ]
}

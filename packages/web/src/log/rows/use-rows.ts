import { useCallback, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { screenHeight } from '../../browser/screen.ts'
import type { LogFacts } from '../data/facts.ts'
import { blockRows } from './heights.ts'
import { LogWindow, type Shown } from './log-window.ts'
import { RowModel } from './row-model.ts'
import type { Folds } from './use-folds.ts'

interface RowsOptions {
  readonly facts: LogFacts
  readonly folds: Folds
  readonly isSetupOpen: boolean
  /** The lines that match the filter; null without a filter. */
  readonly only: readonly number[] | null
  readonly rowHeight: number
  readonly isWrapped: boolean
  /** Whether the end stays in view. */
  readonly isFollowing: boolean
  /** The line that is shown first. */
  readonly first: FirstLine
}

/** A line, the end, or the start. */
export type FirstLine = number | 'end' | null

export interface Rows {
  readonly model: RowModel
  readonly window: LogWindow
  readonly shown: Shown
  /** Scrolls a line to a third of the height, unless it is already visible. */
  reveal(line: number, isAlways?: boolean): void
  /** Returns the position of a line among all rows, from 0 to 1. */
  readonly shareOf: (line: number) => number
}

/**
 * Returns the rows of a log and their view. The top row stays in place when rows are added, removed
 * or change their height (web L16).
 */
export function useRows({
  facts,
  folds,
  isSetupOpen,
  only,
  rowHeight,
  isWrapped,
  isFollowing,
  first,
}: RowsOptions): Rows {
  const { totalLines, groups, remarks } = facts
  const { folded } = folds
  const model = useMemo(
    () => new RowModel({ totalLines, groups, folded, remarks, isSetupOpen, only }),
    [totalLines, groups, folded, remarks, isSetupOpen, only],
  )
  const [window] = useState(() => firstWindow(model, rowHeight, first))
  const before = useRef<{
    readonly model: RowModel
    readonly shape: readonly unknown[]
    readonly rowHeight: number
  } | null>(null)
  useLayoutEffect(() => {
    const shape = [groups, folded, remarks, isSetupOpen, only, isWrapped]
    const last = before.current
    const isSameHeight = last?.rowHeight === rowHeight
    const isSame = isSameHeight && last !== null && shape.every((part, at) => part === last.shape[at])
    if (isSame && last.model.count === model.count) return
    before.current = { model, shape, rowHeight }
    window.setRows(model.count, rowHeight, isSame && model.count > last.model.count)
    if (isFollowing) window.goToEnd()
    else if (last !== null && !isSame)
      window.showRow(model.rowOf(lineAt(last.model, window.anchor.row)), -window.anchor.above)
  }, [window, model, groups, folded, remarks, isSetupOpen, only, isWrapped, rowHeight, isFollowing])
  const shown = useSyncExternalStore(window.subscribe, window.shown, window.shown)
  useLayoutEffect(() => {
    window.drawn()
    if (isFollowing) window.goToEnd()
  })
  const reveal = useCallback(
    (line: number, isAlways = false) => {
      const row = model.rowOf(line)
      const at = window.topOfRow(row)
      const isSeen = at >= window.top && at + rowHeight <= window.top + window.view
      if (!isSeen || isAlways) window.showRow(row, Math.floor(window.view / 3))
    },
    [model, window, rowHeight],
  )
  const shareOf = useCallback((line: number) => model.rowOf(line) / Math.max(1, model.count), [model])
  return { model, window, shown, reveal, shareOf }
}

/** The share of the window's height that the log fills. */
const logShare = 0.65

/** Returns the view before any layout, so that the server-drawn page contains rows. */
function firstWindow(model: RowModel, rowHeight: number, first: FirstLine): LogWindow {
  const window = new LogWindow(Math.round(screenHeight() * logShare))
  window.setRows(model.count, rowHeight, false)
  if (first === 'end') window.goToEnd()
  else if (first !== null) window.showRow(model.rowOf(first), Math.floor(window.view / 3))
  return window
}

/** Returns the line of a row, or the line after a remark. */
function lineAt(model: RowModel, row: number): number {
  const found = model.rowAt(row)
  if (found === undefined) return 1
  return found.kind === 'line' || found.kind === 'group'
    ? found.line
    : found.kind === 'remark'
      ? found.remark.line
      : (found.remarks[0]?.line ?? 1)
}

type LineRun = readonly [from: number, to: number]

/** Runs separated by smaller gaps than this are read together. */
const nearLines = 32

/** Folded titles are read for their times, but only if there are few. */
const mostTitles = 12

/** Returns the lines of the mounted rows as runs, in reading order. */
export function wantedLines(model: RowModel, { first, last }: Shown): readonly LineRun[] {
  const lines: LineRun[] = []
  const titles: LineRun[] = []
  for (let at = first * blockRows; at < (last + 1) * blockRows; at++) {
    const row = model.rowAt(at)
    if (row === undefined) break
    if (row.kind === 'group' && row.isFolded) titles.push([row.line, row.line])
    else if (row.kind === 'line' || row.kind === 'group') addLine(lines, row.line)
  }
  return titles.length > mostTitles ? lines : [...lines, ...titles]
}

function addLine(runs: LineRun[], line: number): void {
  const run = runs.at(-1)
  if (run !== undefined && line - run[1] <= nearLines) runs[runs.length - 1] = [run[0], line]
  else runs.push([line, line])
}

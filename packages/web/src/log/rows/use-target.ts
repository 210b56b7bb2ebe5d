import { useCallback, useLayoutEffect, useState } from 'react'
import type { LogFacts } from '../data/facts.ts'
import type { LineRange } from '../data/permalink.ts'
import { type Folds, groupAround } from './use-folds.ts'
import type { FirstLine, Rows } from './use-rows.ts'

/** A line to show. */
interface Target {
  readonly line: number
  /** Scrolls the line to a third of the height even if it is visible. */
  readonly isAlways: boolean
}

interface TargetOptions {
  readonly facts: LogFacts
  readonly folds: Folds
  readonly rows: Rows
  readonly marked: LineRange | null
  readonly first: FirstLine
  /** Removes a filter that hides the line. */
  readonly onUnfilter: () => void
}

/** Scrolls to lines, including folded and future ones (web L13). Returns the request function. */
export function useTarget({ facts, folds, rows, marked, first, onUnfilter }: TargetOptions): (line: number) => void {
  const [target, setTarget] = useState<Target | null>(() =>
    typeof first === 'number' ? { line: first, isAlways: true } : null,
  )
  const [isPlaced, setPlaced] = useState(false)
  const { model, reveal, window } = rows
  const markedLine = marked?.from ?? null
  useLayoutEffect(() => {
    if (isPlaced && markedLine !== null) setTarget({ line: markedLine, isAlways: false })
  }, [isPlaced, markedLine])
  useLayoutEffect(() => {
    if (isPlaced) return
    if (first === 'end') window.goToEnd()
    setPlaced(true)
  }, [isPlaced, first, window])
  useLayoutEffect(() => {
    if (target === null || target.line > facts.totalLines) return
    const group = groupAround(facts.groups, target.line)
    if (model.isShown(target.line)) {
      reveal(target.line, target.isAlways)
      setTarget(null)
    } else if (group !== undefined && folds.folded.has(group.line)) folds.set(group.line, false)
    else onUnfilter()
  }, [target, model, reveal, facts, folds, onUnfilter])
  return useCallback((line) => setTarget({ line, isAlways: false }), [])
}

/**
 * Returns the first position of a log: marked lines, or else the first error, or else its end or
 * start.
 */
export function firstLineOf(
  { errors }: LogFacts,
  marked: LineRange | null,
  startAt: 'error' | 'tail' | 'start',
): FirstLine {
  const line = marked?.from ?? (startAt === 'error' ? errors[0] : undefined)
  return line ?? (startAt === 'start' ? null : 'end')
}

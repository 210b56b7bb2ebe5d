import { useRef } from 'react'
import type { LineRange } from './data/permalink.ts'
import type { LogSearching } from './data/use-log-search.ts'
import type { Rows } from './rows/use-rows.ts'

interface JumpsOptions {
  /** The lines with errors, in order. */
  readonly errors: readonly number[]
  readonly searching: LogSearching
  readonly rows: Rows
  readonly goTo: (line: number) => void
  readonly mark: (lines: LineRange) => void
  /** Stops following the end of a growing log. */
  readonly unfollow: () => void
}

/** Returns the functions that move to other lines. */
export function useJumps({ errors, searching, rows, goTo, mark, unfollow }: JumpsOptions) {
  /** The last visited error; null if there is none. */
  const here = useRef<number | null>(null)
  const topLine = () => {
    const row = rows.model.rowAt(rows.window.anchor.row)
    return row?.kind === 'line' || row?.kind === 'group' ? row.line : 1
  }
  const leaveTo = (line: number) => {
    unfollow()
    goTo(line)
  }
  return {
    topLine,
    /** Moves to a line and marks it. */
    goToLine(line: number) {
      leaveTo(line)
      mark({ from: line, to: line })
    },
    /** Moves to the next or previous error line. */
    stepError(isBack: boolean) {
      const from = here.current ?? topLine() + (isBack ? 0 : -1)
      const next = isBack
        ? (errors.findLast((line) => line < from) ?? errors.at(-1))
        : (errors.find((line) => line > from) ?? errors[0])
      if (next === undefined) return
      here.current = next
      leaveTo(next)
    },
    /** Moves to the next or previous hit. */
    async stepHit(isBack: boolean) {
      const found = await searching.step(isBack, topLine())
      if (found !== null) leaveTo(found.line)
    },
  }
}

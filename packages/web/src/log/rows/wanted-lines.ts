import { blockRows } from './heights.ts'
import type { Shown } from './log-window.ts'
import type { RowModel } from './row-model.ts'

export type LineRun = readonly [from: number, to: number]

/** Runs of lines that stand nearer to each other than this are read as one. */
const nearLines = 32

/** Titles of folded groups are read for their times only where they are few; their names come with the log itself. */
const mostTitles = 12

/** The lines of the mounted rows, as runs, in the order in which they are to be read. */
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

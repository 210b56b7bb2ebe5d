import { memo, useLayoutEffect, useRef } from 'react'
import type { LogData } from '../data/log-data.ts'
import type { LineRange } from '../data/permalink.ts'
import type { HitRange } from '../terminal/pieces.ts'
import { blockRows } from './heights.ts'
import { type LineLook, LineRow } from './line-row.tsx'
import { GroupRow, RemarkRow, SetupRow } from './other-rows.tsx'
import type { Row, RowModel } from './row-model.ts'

/** The look of all rows. The object stays the same while nothing changes. */
export interface RowsLook {
  readonly lines: LineLook
  readonly model: RowModel
  readonly marked: LineRange | null
  readonly errors: ReadonlySet<number>
  readonly hitsOf: (line: number) => readonly HitRange[] | undefined
  /** The current search hit: its line, and its index within the line. */
  readonly nowHit: { readonly line: number; readonly rank: number } | null
  /** Lines whose updates are shown. */
  readonly opened: ReadonlySet<number>
  readonly isSetupOpen: boolean
}

interface LogBlockProps {
  readonly block: number
  /** In pixels, in the scroll area. */
  readonly top: number
  readonly data: LogData
  /** The version of the data. */
  readonly version: number
  readonly look: RowsLook
  readonly onMeasure: (block: number, height: number) => void
}

/** Shows 64 rows (web L2). */
export const LogBlock = memo(function LogBlock({ block, top, data, look, onMeasure }: LogBlockProps) {
  const place = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = place.current
    if (element === null) return
    const observer = new ResizeObserver(() => onMeasure(block, element.offsetHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [block, onMeasure])
  const rows: React.ReactNode[] = []
  for (let at = block * blockRows; at < (block + 1) * blockRows; at++) {
    const row = look.model.rowAt(at)
    if (row === undefined) break
    rows.push(<AnyRow key={keyOf(row)} row={row} data={data} look={look} />)
  }
  return (
    <div ref={place} className="log-block" data-block={block} style={{ transform: `translateY(${top}px)` }}>
      {rows}
    </div>
  )
})

function AnyRow({ row, data, look }: { readonly row: Row; readonly data: LogData; readonly look: RowsLook }) {
  switch (row.kind) {
    case 'line': {
      const { line } = row
      return (
        <LineRow
          number={line}
          line={data.line(line)}
          look={look.lines}
          isMarked={isIn(look.marked, line)}
          isError={look.errors.has(line)}
          hits={look.hitsOf(line)}
          nowHit={look.nowHit?.line === line ? look.nowHit.rank : null}
          isOpen={look.opened.has(line)}
        />
      )
    }
    case 'group':
      return (
        <GroupRow
          number={row.line}
          line={data.line(row.line)}
          look={look.lines}
          group={row.group}
          last={row.last}
          isFolded={row.isFolded}
          tookMs={tookMs(data, row.line, row.last)}
          isMarked={isIn(look.marked, row.line)}
        />
      )
    case 'remark':
      return <RemarkRow remark={row.remark} />
    case 'setup':
      return <SetupRow count={row.remarks.length} isOpen={look.isSetupOpen} />
  }
}

/** Returns the time from a group's title to the line after it, if both are loaded. */
function tookMs(data: LogData, line: number, last: number): number | null {
  const [start, end] = [data.line(line)?.ms ?? null, data.line(last + 1)?.ms ?? data.line(last)?.ms ?? null]
  return start === null || end === null || last === line ? null : Math.max(0, end - start)
}

function isIn(range: LineRange | null, line: number): boolean {
  return range !== null && line >= range.from && line <= range.to
}

function keyOf(row: Row): string {
  switch (row.kind) {
    case 'line':
    case 'group':
      return `l${row.line}`
    default:
      return `${row.kind}${row.index}`
  }
}

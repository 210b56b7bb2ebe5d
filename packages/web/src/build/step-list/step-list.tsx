import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useDeferredValue, useEffect, useLayoutEffect, useRef } from 'react'
import { useAppearance } from '../../browser/appearance.ts'
import { isScreen, screenHeight } from '../../browser/screen.ts'
import { thousands } from '../../text/count.ts'
import type { BuildScale } from './build-scale.ts'
import { MatrixRow, StepRowLink } from './step-row.tsx'
import { movedBy, type StepRow } from './step-rows.ts'

interface StepListProps {
  readonly rows: readonly StepRow[]
  readonly scale: BuildScale
  /** The id of the newest attempt of the selected step. */
  readonly selected: string | null
  readonly onToggle: (key: string) => void
}

/** Above this many rows, only visible ones are mounted. The first render mounts fewer. */
const virtualFrom = { usual: 200, first: 40 }
const overscan = { usual: 12, first: 2 }

/** Lists the steps as links, so that middle click and copying an address work (web B4). */
export function StepList({ rows, scale, selected, onToggle }: StepListProps) {
  const place = useRef<HTMLDivElement>(null)
  const rowHeight = useRowHeight()
  const isVirtual = rows.length > useDeferredValue(virtualFrom.usual, virtualFrom.first)
  const virtual = useVirtualizer({
    count: rows.length,
    enabled: isVirtual,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeight,
    overscan: useDeferredValue(overscan.usual, overscan.first),
    // Estimates the size, so that the server-drawn page contains the first rows.
    initialRect: { width: 320, height: screenHeight() * 0.65 },
    getItemKey: (index) => rows[index]?.key ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measures again when the heights change
  useEffect(() => virtual.measure(), [virtual, rowHeight])
  useInSight(place, rows, { selected, rowHeight })
  useSteadyRows(place, rows, isVirtual ? rowHeight : null)
  const drawn = isVirtual
    ? virtual.getVirtualItems().map(({ index, start }) => ({ index, start }))
    : rows.map((_, index) => ({ index, start: null }))
  return (
    <div ref={place} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <ol
        aria-label="Steps"
        className="relative"
        {...(isVirtual ? { style: { height: `${virtual.getTotalSize()}px` } } : {})}
      >
        {drawn.map(({ index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <li
              key={row.key}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              {...(start === null
                ? {}
                : { className: 'absolute inset-x-0 top-0', style: { transform: `translateY(${start}px)` } })}
            >
              <Row {...{ row, scale, selected, onToggle }} />
            </li>
          )
        })}
      </ol>
    </div>
  )
}

interface RowProps extends Omit<StepListProps, 'rows'> {
  readonly row: StepRow
}

function Row({ row, scale, selected, onToggle }: RowProps) {
  switch (row.kind) {
    case 'group':
      return <GroupTitle row={row} />
    case 'matrix':
      return <MatrixRow row={row} onToggle={onToggle} />
    case 'step':
      return <StepRowLink row={row} scale={scale} isSelected={row.job.id === selected} />
  }
}

function GroupTitle({ row }: { readonly row: Extract<StepRow, { readonly kind: 'group' }> }) {
  return (
    <h3 className="flex h-row items-end gap-1.5 px-3 pb-1.5 text-13 font-semibold text-muted">
      {row.title} <span className="tabular font-normal">{thousands(row.count)}</span>
    </h3>
  )
}

/**
 * Keeps visible rows in place when rows are added or removed above them, as the browser does if all
 * rows are mounted. A null `rowHeight` means that all rows are mounted.
 */
function useSteadyRows(place: RefObject<HTMLElement | null>, rows: readonly StepRow[], rowHeight: number | null): void {
  const before = useRef(rows)
  useLayoutEffect(() => {
    const earlier = before.current
    before.current = rows
    const { current } = place
    // At the top of the list the reader waits for new rows.
    if (current === null || rowHeight === null || earlier === rows || current.scrollTop === 0) return
    const first = Math.floor(current.scrollTop / rowHeight)
    const inSight = earlier.slice(first, first + Math.ceil(current.clientHeight / rowHeight))
    current.scrollTop += movedBy(inSight, first, rows) * rowHeight
  }, [place, rows, rowHeight])
}

/** Scrolls when another step is selected. Moving rows do not scroll the list. */
function useInSight(
  place: RefObject<HTMLElement | null>,
  rows: readonly StepRow[],
  { selected, rowHeight }: { readonly selected: string | null; readonly rowHeight: number },
): void {
  const index = useRef(-1)
  index.current = rows.findIndex((row) => row.kind === 'step' && row.job.id === selected)
  useEffect(() => {
    const { current } = place
    if (current === null || selected === null || index.current === -1) return
    const top = index.current * rowHeight
    const isInSight = top >= current.scrollTop && top + rowHeight <= current.scrollTop + current.clientHeight
    if (!isInSight) current.scrollTop = top - current.clientHeight / 3
  }, [place, selected, rowHeight])
}

/** The height of `h-row`, or of a touch target. */
function useRowHeight(): number {
  const { density } = useAppearance()
  if (isScreen('touch')) return 44
  return density === 'compact' ? 28 : 36
}

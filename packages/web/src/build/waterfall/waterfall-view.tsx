import { useVirtualizer } from '@tanstack/react-virtual'
import { ZoomIn, ZoomOut } from 'lucide-react'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { useNow } from '../../api/clock.ts'
import type { Schema } from '../../api/schemas.ts'
import { useIsNarrow } from '../../browser/use-is-narrow.ts'
import { Button } from '../../design/button.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { EmptyState } from '../../design/page-states.tsx'
import { Forks } from './bars.tsx'
import { pathSentence } from './describe-path.ts'
import { PathStrip } from './path-strip.tsx'
import { type Row, type Waterfall, waterfallOf } from './rows.ts'
import { axisOf, place, type Scale, scaleOf, zoomTo } from './scale.ts'
import { WaterfallRow } from './waterfall-row.tsx'

const rowHeight = 28
const axisHeight = 24
/** The largest number of ticks with room for the longest label. */
const mostTicks = { wide: 8, narrow: 3 }

interface WaterfallViewProps {
  readonly view: Schema<'BuildView'>
  /** The id of the selected job. */
  readonly selected: string | null
  readonly onSelect: (jobId: string) => void
}

/** Shows when every attempt waited, started and ran, on one scale (web B11). */
export function WaterfallView({ view, selected, onSelect }: WaterfallViewProps) {
  const now = useNow()
  // An ended build does not depend on the current time.
  const until = view.build.finished_at == null ? now : 0
  const fall = useMemo(() => waterfallOf(view, until), [view, until])
  const critical = useMemo(() => new Set(fall.path.flatMap(({ attempt }) => attempt?.id ?? [])), [fall])
  const [isZoomed, setZoomed] = useState(false)
  const { rows, lengthMs } = fall
  const whole = useMemo(() => scaleOf(rows, lengthMs), [rows, lengthMs])
  const index = rows.findIndex(({ jobId }) => jobId === selected)
  const shown = isZoomed ? zoomTo(rows[index], whole) : whole
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useRows(scroller, rows.length, { selected, index })
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  if (rows.length === 0)
    return <EmptyState title="No steps yet">Steps appear once the pipeline file is rendered.</EmptyState>
  return (
    <div className="flex h-full min-h-80 flex-col">
      <Heading fall={fall} isZoomed={isZoomed} onZoom={() => setZoomed(!isZoomed)} />
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        <Axis shown={shown} />
        <ul aria-label="Attempts" className="relative" style={{ height: virtual.getTotalSize() }}>
          <Underlay shown={shown} rows={rows.slice(first, first + items.length)} first={first} />
          {items.map(({ index, start }) => {
            const row = rows[index]
            return row === undefined ? null : (
              <li key={row.jobId} className="absolute inset-x-0" style={{ top: start - axisHeight, height: rowHeight }}>
                <WaterfallRow
                  row={row}
                  shown={shown}
                  isSelected={row.jobId === selected}
                  isCritical={critical.has(row.jobId)}
                  onSelect={() => onSelect(row.jobId)}
                />
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

/**
 * Mounts the visible rows. Scrolls only when another step is selected, so new rows do not move the
 * view.
 */
function useRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  { selected, index }: { readonly selected: string | null; readonly index: number },
) {
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The axis stays above the rows.
    scrollMargin: axisHeight,
    scrollPaddingStart: axisHeight,
  })
  const shownIndex = useRef(index)
  shownIndex.current = index
  useEffect(() => {
    if (selected !== null && shownIndex.current !== -1) virtual.scrollToIndex(shownIndex.current, { align: 'auto' })
  }, [virtual, selected])
  return virtual
}

interface HeadingProps {
  readonly fall: Waterfall
  readonly isZoomed: boolean
  readonly onZoom: () => void
}

/** Shows the critical path of the build, as a sentence and as a bar. */
function Heading({ fall: { path, rows }, isZoomed, onZoom }: HeadingProps) {
  const Zoom = isZoomed ? ZoomOut : ZoomIn
  const names = useMemo(() => new Map(rows.map(({ stepId, name }) => [stepId, name])), [rows])
  const nameOf = (step: string) => names.get(step) ?? 'step'
  const sentence = pathSentence(path, nameOf)
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-hairline px-3 py-1.5">
      <p className="min-w-0 flex-1 text-13">
        <span className="font-semibold">Critical path </span>
        <IsolatedText text={sentence || 'nothing has run yet'} />
      </p>
      <Button look="quiet" aria-pressed={isZoomed} onClick={onZoom} className="max-md:px-0">
        <Zoom size={16} aria-hidden="true" className="md:hidden" />
        <span className="max-md:sr-only">{isZoomed ? 'Show all' : 'Zoom to selection'}</span>
      </Button>
      {sentence !== '' && <PathStrip {...{ path, nameOf, sentence }} />}
    </div>
  )
}

/** Shows the time of the ticks, above the rows. */
function Axis({ shown }: { readonly shown: Scale }) {
  const isNarrow = useIsNarrow()
  return (
    <div
      aria-hidden="true"
      className="sticky top-0 z-10 mr-2 ml-55 h-6 border-b border-hairline bg-ground max-sm:ml-36"
    >
      {axisOf(shown, isNarrow ? mostTicks.narrow : mostTicks.wide).map(({ at, text, isCut }) => (
        <span
          key={`${at} ${text}`}
          className={`absolute bottom-0.5 border-l border-edge pl-1 text-12 whitespace-nowrap text-muted tabular ${isCut ? 'border-dashed italic' : ''}`}
          style={{ left: `${place(at, shown)}%` }}
        >
          {(isCut || place(at, shown) < 92) && text}
        </span>
      ))}
    </div>
  )
}

interface UnderlayProps {
  readonly shown: Scale
  /** The visible rows. */
  readonly rows: readonly Row[]
  /** The index of the first visible row. */
  readonly first: number
}

/** Shows the cuts of the scale, and lines from each parent to its children. */
function Underlay({ shown, rows, first }: UnderlayProps) {
  return (
    <li
      aria-hidden="true"
      className="absolute inset-x-0 mr-2 ml-55 overflow-hidden max-sm:ml-36"
      style={{ top: first * rowHeight, height: rows.length * rowHeight }}
    >
      {shown.cuts.map(({ from, to }) => (
        <span
          key={from}
          className="absolute inset-y-0 border-x border-dashed border-edge bg-sunk"
          style={{ left: `${place(from, shown)}%`, width: `${place(to, shown) - place(from, shown)}%` }}
        />
      ))}
      <Forks rows={rows} shown={shown} rowHeight={rowHeight} />
    </li>
  )
}

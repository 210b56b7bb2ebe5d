import { type CSSProperties, type MouseEvent, type Ref, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Hits } from '../data/hits.ts'
import type { LogData } from '../data/log-data.ts'
import { LogBlock, type RowsLook } from './log-block.tsx'
import type { FirstLine, Rows } from './use-rows.ts'

interface LogRowsProps {
  readonly label: string
  readonly rows: Rows
  readonly first: FirstLine
  readonly data: LogData
  readonly version: number
  readonly look: RowsLook
  readonly fontSize: number
  readonly rowHeight: number
  readonly isWrapped: boolean
  readonly scroller: Ref<HTMLElement>
  readonly onClick: (event: MouseEvent<HTMLElement>) => void
}

const paintedMark = 'harmont:log-painted'
/**
 * The router restores scroll positions by this name. The quote makes a selector that matches
 * nothing, because the log controls its own scroll position.
 */
const notRestored = '"'

/** Shows the visible rows and some around them. */
export function LogRows(props: LogRowsProps) {
  const { label, rows, first, data, version, look, fontSize, rowHeight, isWrapped, scroller, onClick } = props
  const { window, shown } = rows
  const own = useRef<HTMLElement>(null)
  const area = useRef<HTMLDivElement>(null)
  // The window itself sets later heights.
  const [areaHeight] = useState(() => `${window.areaHeight}px`)
  useLayoutEffect(() => {
    if (own.current === null || area.current === null) return
    return window.attach(own.current, area.current)
  }, [window])
  usePaintedMark()
  const digits = `${String(data.facts.totalLines).length}ch`
  const sizes = {
    '--log-size': `${fontSize}px`,
    '--log-row': `${rowHeight}px`,
    '--log-digits': digits,
  } as CSSProperties
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its clickable children are links and buttons
    <section
      ref={(element) => {
        own.current = element
        if (typeof scroller === 'function') scroller(element)
        else if (scroller !== null) scroller.current = element
      }}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must reach a scrolling element
      tabIndex={0}
      id="log"
      // If the server drew the page, the script of `index.html` scrolls to this line.
      data-first={first ?? undefined}
      data-scroll-restoration-id={notRestored}
      className="absolute inset-0 overflow-auto overscroll-contain bg-inset focus-visible:-outline-offset-2"
      onClick={onClick}
      style={sizes}
    >
      <div ref={area} className={`log-rows${isWrapped ? ' log-wrap' : ''}`} style={{ height: areaHeight }}>
        {shown.blocks.map(({ block, top }) => (
          <LogBlock
            key={block}
            block={block}
            top={top}
            data={data}
            version={version}
            look={look}
            onMeasure={window.measure}
          />
        ))}
      </div>
    </section>
  )
}

/** Marks the first paint of rows for `bench/web`. */
function usePaintedMark(): void {
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTimeout(() => performance.mark(paintedMark)))
    return () => cancelAnimationFrame(frame)
  }, [])
}

interface MarksBarProps {
  readonly errors: readonly number[]
  readonly hits: Hits
  /** Returns the position of a line among all rows, from 0 to 1. */
  readonly shareOf: (line: number) => number
  readonly onGo: (share: number) => void
}

const height = 1000

/** Marks errors and hits beside the scroll bar (web L12, L24), with only two paths. */
export function MarksBar({ errors, hits, shareOf, onGo }: MarksBarProps) {
  const found = hits.buckets.flatMap((count, at) =>
    count > 0 ? [shareOf(1 + Math.floor(((at + 0.5) * hits.lines) / hits.buckets.length))] : [],
  )
  return (
    // Errors and hits have keys and buttons; the bar only shows their positions.
    <svg
      aria-hidden="true"
      viewBox={`0 0 10 ${height}`}
      preserveAspectRatio="none"
      className="absolute top-0 right-4 bottom-0 h-full w-2.5 cursor-pointer"
      onPointerDown={(event) => {
        const { top, height: tall } = event.currentTarget.getBoundingClientRect()
        onGo((event.clientY - top) / tall)
      }}
    >
      <path d={ticks(found)} className="stroke-wait" strokeWidth="3" />
      <path d={ticks(errors.map(shareOf))} className="stroke-fail" strokeWidth="3" />
    </svg>
  )
}

function ticks(shares: readonly number[]): string {
  const places = new Set(shares.map((share) => Math.round(share * (height - 4)) + 2))
  return [...places].map((place) => `M0 ${place}h10`).join('')
}

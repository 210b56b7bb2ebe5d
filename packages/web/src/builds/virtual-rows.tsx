import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type RefObject, useLayoutEffect, useState } from 'react'
import { useRowKeys } from './use-row-keys.ts'

interface VirtualRowsProps<Row> {
  readonly rows: readonly Row[]
  /** The accessible name: `Builds`. */
  readonly label: string
  readonly keyOf: (row: Row) => string
  readonly render: (row: Row) => ReactNode
  /** Estimates the height of a row, in pixels. */
  readonly usualHeight: () => number
  /** The element around the rows, which stays mounted. */
  readonly place: RefObject<HTMLElement | null>
  /**
   * Starts a build for the focused row; null if no row has the focus. Absent if the page itself has
   * that key.
   */
  readonly onNewBuild?: ((row: Row | null) => void) | undefined
}

/** Shows a list of any length on the page's scroll bar, with few mounted rows (web.md 11). */
export function VirtualRows<Row>({
  rows,
  label,
  keyOf,
  render,
  usualHeight,
  place,
  onNewBuild,
}: VirtualRowsProps<Row>) {
  const { offset, barHeight } = useOffset(place)
  const [rowHeight] = useState(usualHeight)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: offset,
    // The top bar never hides the focused row.
    scrollPaddingStart: barHeight,
    getItemKey: (index) => {
      const row = rows[index]
      return row === undefined ? index : keyOf(row)
    },
  })
  useRowKeys(place, rows.length, {
    reveal: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
    onNewBuild: onNewBuild && ((index) => onNewBuild(index === null ? null : (rows[index] ?? null))),
  })
  return (
    <ol aria-label={label} className="relative" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const row = rows[index]
        if (row === undefined) return null
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
          >
            {render(row)}
          </li>
        )
      })}
    </ol>
  )
}

/** Returns the list's distance from the top of the page, and the height of the bar above it. */
function useOffset(place: RefObject<HTMLElement | null>) {
  const [offset, setOffset] = useState(0)
  const [barHeight, setBarHeight] = useState(0)
  // Content above may change its height: filters collapse, charts load.
  useLayoutEffect(() => {
    const top = (place.current?.getBoundingClientRect().top ?? 0) + window.scrollY
    setOffset((before) => (Math.abs(before - top) < 1 ? before : top))
    setBarHeight(document.querySelector('header')?.offsetHeight ?? 0)
  })
  return { offset, barHeight }
}

import { type KeyboardEvent, type PointerEvent, useRef } from 'react'

interface SplitterProps {
  readonly label: string
  /** The width of the left pane, in pixels. */
  readonly width: number
  readonly min: number
  readonly max: number
  readonly onChange: (width: number) => void
}

const step = 16

/** Resizes two panes by dragging or with the arrow keys. */
export function Splitter({ label, width, min, max, onChange }: SplitterProps) {
  const grip = useRef<{ readonly x: number; readonly width: number } | null>(null)
  const set = (next: number) => onChange(Math.round(Math.min(max, Math.max(min, next))))
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    grip.current = { x: event.clientX, width }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const onPointerMove = ({ clientX }: PointerEvent) => {
    if (grip.current !== null) set(grip.current.width + clientX - grip.current.x)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = { ArrowLeft: width - step, ArrowRight: width + step, Home: min, End: max }[event.key]
    if (moved === undefined) return
    event.preventDefault()
    set(moved)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a movable separator is a widget, unlike <hr>
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        grip.current = null
      }}
      onKeyDown={onKeyDown}
      className="relative z-10 -mx-1 hidden w-2 shrink-0 cursor-col-resize touch-none before:absolute before:inset-y-0 before:left-1/2 before:w-px before:bg-hairline hover:before:w-0.5 hover:before:bg-edge md:block"
    />
  )
}

import 'uplot/dist/uPlot.min.css'
import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import uPlot from 'uplot'
import { useAppearance } from '../browser/appearance.ts'

interface DayValue {
  readonly date: string
  readonly value: number
}

interface DailyBarsProps {
  readonly values: readonly DayValue[]
  readonly unit: '$' | 'vCPU-hours'
  readonly day: string | null
  readonly onDay: (day: string | null) => void
}

const height = 200

/** Draws a bar for each day. A click or Enter narrows the page; arrow keys read values. */
export function DailyBars({ values, unit, day, onDay }: DailyBarsProps) {
  const place = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const plot = usePlot(place, { values, unit, day, onCursor: setAt })
  const choose = (index: number | null) => {
    const date = index === null ? undefined : values[index]?.date
    if (date !== undefined) onDay(date === day ? null : date)
  }
  const last = values.length - 1
  const moveTo = (index: number) => {
    const next = Math.min(last, Math.max(0, index))
    const left = plot.current?.valToPos(next, 'x') ?? 0
    plot.current?.setCursor({ left, top: height / 2 })
    setAt(next)
  }
  const shown = at === null ? undefined : values[at]
  return (
    <div className="px-4">
      <div
        ref={place}
        role="slider"
        tabIndex={0}
        aria-label={`Usage by day in ${unit === '$' ? 'dollars' : unit}; Enter narrows the page to a day`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at ?? last}
        aria-valuetext={shown === undefined ? 'no day chosen' : describe(shown, unit)}
        // A tap moves no cursor, so its position selects the day.
        onClick={({ clientX }) => choose(plot.current === null ? null : dayAt(plot.current, clientX))}
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft') moveTo((at ?? last + 1) - 1)
          else if (event.key === 'ArrowRight') moveTo((at ?? last - 1) + 1)
          else if (event.key === 'Home') moveTo(0)
          else if (event.key === 'End') moveTo(last)
          else if (event.key === 'Enter') choose(at)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
        className="min-h-50 cursor-pointer"
      />
      <p className="h-5 text-13 text-muted tabular">{shown === undefined ? '' : describe(shown, unit)}</p>
    </div>
  )
}

interface Plotted extends Pick<DailyBarsProps, 'values' | 'unit' | 'day'> {
  /** Called with the bar below the pointer. */
  readonly onCursor: (index: number | null) => void
}

/** Keeps a plot of the values in an element, and adapts it to the element's size and the theme. */
function usePlot(place: RefObject<HTMLElement | null>, { values, unit, day, onCursor }: Plotted) {
  const plot = useRef<uPlot | null>(null)
  const { theme } = useAppearance()
  const isDark = useSyncExternalStore(onSystemTheme, () => systemDark.matches)
  const chosen = useRef(day)
  chosen.current = day
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme draws with other colours
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const dates = values.map(({ date }) => date)
    const isFaint = (index: number) => chosen.current !== null && dates[index] !== chosen.current
    const made = new uPlot(options({ element, unit, dates, isFaint, onCursor }), dataOf(values), element)
    plot.current = made
    const size = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    size.observe(element)
    return () => {
      size.disconnect()
      made.destroy()
    }
  }, [place, values, unit, theme, isDark, onCursor])
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawing reads the selected day
  useEffect(() => plot.current?.setData(dataOf(values)), [day])
  return plot
}

function describe({ date, value }: DayValue, unit: DailyBarsProps['unit']): string {
  return unit === '$' ? `${date}: $${value.toFixed(2)}` : `${date}: ${value.toFixed(2)} vCPU-hours`
}

function dataOf(values: readonly DayValue[]): uPlot.AlignedData {
  return [values.map((_, index) => index), values.map(({ value }) => value)]
}

/** Returns the bar at a position in the window; null outside of the bars. */
function dayAt(plot: uPlot, clientX: number): number | null {
  const { left, width } = plot.over.getBoundingClientRect()
  return clientX < left || clientX > left + width ? null : plot.posToIdx(clientX - left)
}

interface Drawing {
  readonly element: HTMLElement
  readonly unit: DailyBarsProps['unit']
  readonly dates: readonly string[]
  /** Whether another day than the bar's is selected. */
  readonly isFaint: (index: number) => boolean
  readonly onCursor: (index: number | null) => void
}

function options({ element, unit, dates, isFaint, onCursor }: Drawing): uPlot.Options {
  const style = getComputedStyle(element)
  const [ink, hairline, edge, muted] = [
    style.color,
    ...['var(--hairline)', 'var(--edge)', 'var(--muted)'].map((value) => colourOf(element, value)),
  ]
  const axis = { stroke: muted ?? ink, font: `12px ${style.fontFamily}`, ticks: { show: false } }
  const colours = { unit: 3, values: () => dates.map((_, index) => (isFaint(index) ? (edge ?? ink) : ink)) }
  const bars = uPlot.paths.bars?.({ size: [0.7, 48], align: 0, disp: { fill: colours, stroke: colours } })
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] },
      // Without usage the axis shows whole amounts.
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 64,
        incrs: [1, 2, 7, 14, 30, 60],
        values: (_, ticks) => ticks.map((tick) => shortDate(dates[tick])),
      },
      {
        ...axis,
        grid: { stroke: hairline ?? ink, width: 1 },
        size: 64,
        // Omits ticks below a cent.
        incrs: steps,
        values: (_, ticks, __, ___, step) => ticks.map((tick) => formatTick(tick, step, unit)),
      },
    ],
    series: [{}, { fill: ink, stroke: ink, width: 0, ...(bars && { paths: bars }), points: { show: false } }],
  }
}

const steps = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) => [1, 2, 5].map((part) => part * 10 ** power))

/** Formats `$0.50`, `$2`, `0.05 h`, with as many digits as the step between ticks needs. */
function formatTick(tick: number, step: number, unit: DailyBarsProps['unit']): string {
  const digits = step >= 1 ? 0 : unit === '$' ? 2 : step >= 0.1 ? 1 : 2
  const amount = tick.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return unit === '$' ? `$${amount}` : `${amount} h`
}

/** Formats `26 Nov`; empty without a day. */
function shortDate(date: string | undefined): string {
  const day = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  return date === undefined ? '' : new Date(date).toLocaleDateString('en-GB', day)
}

const systemDark = matchMedia('(prefers-color-scheme: dark)')

function onSystemTheme(listener: () => void): () => void {
  systemDark.addEventListener('change', listener)
  return () => systemDark.removeEventListener('change', listener)
}

/** Resolves a colour for the canvas, which supports neither `light-dark()` nor variables. */
function colourOf(element: HTMLElement, value: string): string {
  const before = element.style.color
  element.style.color = value
  const { color } = getComputedStyle(element)
  element.style.color = before
  return color
}

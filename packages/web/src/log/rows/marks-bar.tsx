import type { Hits } from '../data/hits.ts'

interface MarksBarProps {
  readonly errors: readonly number[]
  readonly hits: Hits
  /** Where a line stands among all rows, from 0 to 1. */
  readonly shareOf: (line: number) => number
  readonly onGo: (share: number) => void
}

const height = 1000

/** Errors and hits along the whole log, beside its scroll bar (web L12, L24). Two paths, however many there are. */
export function MarksBar({ errors, hits, shareOf, onGo }: MarksBarProps) {
  const found = hits.buckets.flatMap((count, at) =>
    count > 0 ? [shareOf(1 + Math.floor(((at + 0.5) * hits.lines) / hits.buckets.length))] : [],
  )
  return (
    // Errors and hits have keys and buttons; the bar only shows where they are.
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

import { useNow } from '../api/clock.ts'
import { useAppearance } from '../browser/appearance.ts'
import { formatAgo } from '../text/duration.ts'

interface InstantProps {
  /** RFC 3339; a missing instant is shown as a dash. */
  readonly at: string | null | undefined
}

/** Shows how long ago an instant was, with the exact time on hover. */
export function Ago({ at }: InstantProps) {
  const now = useNow()
  const { zone } = useAppearance()
  if (at === null || at === undefined || Number.isNaN(Date.parse(at))) return <span>—</span>
  return (
    <time dateTime={at} title={formatInstant(at, zone)} className="tabular whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  )
}

/** Shows date and time in the chosen zone. */
export function Instant({ at }: InstantProps) {
  const { zone } = useAppearance()
  if (at === null || at === undefined || Number.isNaN(Date.parse(at))) return <span>—</span>
  return (
    <time dateTime={at} className="tabular whitespace-nowrap">
      {formatInstant(at, zone)}
    </time>
  )
}

/** Formats `2026-11-26 10:24:36 UTC`, or local time without a zone. */
export function formatInstant(at: string, zone: 'local' | 'utc'): string {
  const time = new Date(at)
  if (zone === 'utc') return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const parts = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join('-')} ${time.toTimeString().slice(0, 8)}`
}

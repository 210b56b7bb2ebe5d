import { useNavigate } from '@tanstack/react-router'
import { buttonClass } from '../design/button.tsx'
import { Segmented } from '../design/segmented.tsx'
import type { Days } from './days.ts'
import { exportUrl } from './queries.ts'
import { usageRanges } from './search.ts'

interface RangeChoiceProps {
  readonly org: string
  readonly search: { readonly range?: (typeof usageRanges)[number]; readonly from?: string }
  readonly days: Days
}

/** Selects UTC days in the address: the last 7, 30 or 90, or a range. */
export function RangeChoice({ org, search, days }: RangeChoiceProps) {
  const navigate = useNavigate({ from: '/$org/usage' })
  const choices = usageRanges.map((range) => ({ value: range as string, label: `${range} days` }))
  const chosen = search.from === undefined ? (search.range ?? '30') : ''
  const setDays = (next: Days) => {
    if (next.from !== '' && next.to !== '') void navigate({ search: { ...next }, resetScroll: false })
  }
  return (
    <div className="flex flex-wrap items-center gap-3 px-4 py-2">
      <Segmented
        label="Days"
        value={chosen}
        choices={choices}
        onChange={(range) => void navigate({ search: { range: range as '7' | '30' | '90' }, resetScroll: false })}
      />
      <DayInput label="From" value={days.from} max={days.to} onChange={(from) => setDays({ ...days, from })} />
      <DayInput label="To" value={days.to} min={days.from} onChange={(to) => setDays({ ...days, to })} />
      <span className="text-13 text-muted">UTC</span>
      <a className={`${buttonClass()} ml-auto`} href={exportUrl(org, 'usage', days)} download>
        Download CSV
      </a>
    </div>
  )
}

interface DayInputProps {
  readonly label: string
  readonly value: string
  readonly min?: string
  readonly max?: string
  readonly onChange: (day: string) => void
}

function DayInput({ label, onChange, ...rest }: DayInputProps) {
  return (
    <label className="inline-flex items-center gap-2 text-13">
      {label}
      <input
        type="date"
        {...rest}
        onChange={({ target }) => onChange(target.value)}
        className="min-h-7 rounded-small border border-edge bg-raised px-2 tabular pointer-coarse:min-h-11"
      />
    </label>
  )
}
